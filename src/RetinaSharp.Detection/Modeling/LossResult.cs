using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>The losses of a batch, and their gradients with respect to the network's outputs, from which the backward pass starts.</summary>
/// <param name="Classification">Classification loss, normalized.</param>
/// <param name="Box">Box loss with that of the center-ness, normalized and weighted.</param>
/// <param name="Outputs">Outputs of the network: logits and box deltas of each pyramid level.</param>
/// <param name="Gradients">Gradient of the sum of both losses with respect to each element of <paramref name="Outputs"/>.</param>
public sealed record LossResult(double Classification, double Box, IList<Tensor> Outputs, IList<Tensor> Gradients)
{
    /// <summary>The part of <see cref="Box"/> that is the cross entropy of the center-ness; 0 without center-ness.</summary>
    public double Centerness { get; init; }

    /// <summary>Statistics of an <see cref="IAdaptiveClassificationLoss"/> in this batch; empty for other losses.</summary>
    public IReadOnlyList<double> Statistics { get; init; } = [];

    /// <summary>Adds statistics element by element; empty ones are 0.</summary>
    internal static IReadOnlyList<double> Add(IReadOnlyList<double> one, IReadOnlyList<double> other) =>
        one.Count == 0 ? other : other.Count == 0 ? one : [.. one.Zip(other, (a, b) => a + b)];
}
