namespace RetinaSharp.Detection.Inference;

/// <summary>The detector that <see cref="DetectorServices"/> registers, as code or a configuration section sets it.</summary>
public sealed class DetectorServiceOptions
{
    /// <summary>A run folder or a .safetensors file; required.</summary>
    public string Model { get; set; } = "";

    /// <summary>Device of the network, such as "cpu" or "cuda:0"; null: that of <see cref="Detector"/>.</summary>
    public string? Device { get; set; }

    /// <summary>All other options.</summary>
    public DetectorOptions Detector { get; set; } = new();
}
