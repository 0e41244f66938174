namespace RetinaSharp.Detection.Inference;

/// <summary>Options of the detector that <see cref="DetectorServices"/> registers. They can be bound to a configuration section.</summary>
public sealed class DetectorServiceOptions
{
    /// <summary>Path of a run folder or a .safetensors file; required.</summary>
    public string Model { get; set; } = "";

    /// <summary>Device of the network, such as "cpu" or "cuda:0"; null: the device that <see cref="Detector"/> specifies.</summary>
    public string? Device { get; set; }

    /// <summary>All other options of the detector.</summary>
    public DetectorOptions Detector { get; set; } = new();
}
