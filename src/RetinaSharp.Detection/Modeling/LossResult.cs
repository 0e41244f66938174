using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>The losses of a batch, and their gradients with respect to the network's outputs, from which the backward pass starts.</summary>
/// <param name="Classification">Classification loss, normalized.</param>
/// <param name="Box">Box loss, normalized and weighted.</param>
/// <param name="Outputs">Outputs of the network: logits and box deltas of each pyramid level.</param>
/// <param name="Gradients">Gradient of the sum of both losses with respect to each element of <paramref name="Outputs"/>.</param>
public sealed record LossResult(double Classification, double Box, IList<Tensor> Outputs, IList<Tensor> Gradients);
