using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Training;

/// <summary>A batch size that fits into the memory of a device.</summary>
/// <param name="Batch">Number of images in a batch.</param>
/// <param name="StepBytes">
/// Memory in bytes that a training step with this batch needs, in addition to what was in use before: measured, or extrapolated from smaller batches.
/// </param>
/// <param name="AvailableBytes">Memory in bytes that was available.</param>
/// <param name="Limit">What keeps the batch from being larger.</param>
public sealed record BatchSizeFit(int Batch, long StepBytes, long AvailableBytes, BatchSizeLimit Limit)
{
    /// <summary>Returns settings with the batch size.</summary>
    /// <param name="settings">The settings of a run.</param>
    public RunSettings ApplyTo(RunSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings with { Training = settings.Training with { Batch = Batch } };
    }
}
