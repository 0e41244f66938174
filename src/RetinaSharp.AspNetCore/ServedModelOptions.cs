using RetinaSharp.Inference;

namespace RetinaSharp.AspNetCore;

/// <summary>Options of one model of the service.</summary>
public sealed class ServedModelOptions
{
    /// <summary>
    /// Path of the model's file, or of a folder with model files. It is passed to <see cref="Load"/>, and watched: when the file is replaced, the model is loaded again.
    /// </summary>
    public string Path { get; set; } = "";

    /// <summary>
    /// Loads the detector from <see cref="Path"/>, for example <c>path => OnnxDetector.Load(path)</c>. It is called on a background thread, again whenever the file was
    /// replaced. The service disposes the detectors.
    /// </summary>
    public Func<string, IObjectDetector>? Load { get; set; }

    /// <summary>Version that the Open Inference Protocol reports and accepts, not empty.</summary>
    public string Version { get; set; } = "1";

    /// <summary>Maximum number of batches that are given to the detector at the same time, at least 1. More than 1 is useful if the detector runs several batches concurrently.</summary>
    public int Concurrency { get; set; } = 1;
}
