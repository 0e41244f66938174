using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>The losses of a batch, and the gradients of the network's outputs that start the backward pass.</summary>
/// <param name="Classification">Classification loss, normalized.</param>
/// <param name="Box">Box loss, normalized and weighted.</param>
/// <param name="Outputs">Outputs of the network: logits and box deltas of each level.</param>
/// <param name="Gradients">Gradient of the sum of both losses with respect to each element of <paramref name="Outputs"/>.</param>
public sealed record LossResult(double Classification, double Box, IList<Tensor> Outputs, IList<Tensor> Gradients);
