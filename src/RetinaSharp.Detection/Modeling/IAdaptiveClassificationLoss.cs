using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// A classification loss that depends on statistics of the classes in all earlier steps. The statistics are constant during a step, and are saved in
/// checkpoints.
/// </summary>
public interface IAdaptiveClassificationLoss : IClassificationLoss
{
    /// <summary>Statistics of all earlier steps, each finite and 0 or more; empty before the first step.</summary>
    IReadOnlyList<double> Statistics { get; set; }

    /// <summary>Computes the statistics of the anchors of one pyramid level, whose sums over all levels and batches of a step are added to the earlier ones.</summary>
    /// <param name="gradient">Gradient that <see cref="IClassificationLoss.Evaluate"/> returned, [N, n, K].</param>
    /// <param name="labels">Labels [N · n]: class index from 0, or -1 for background, -2 for ignored.</param>
    IReadOnlyList<double> Measure(Tensor gradient, ReadOnlySpan<int> labels);
}
