using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>The losses of a batch, and the gradients with which the backward pass starts.</summary>
/// <param name="Classification">Classification loss, normalized.</param>
/// <param name="Box">Box loss, normalized and weighted.</param>
/// <param name="Outputs">The network's outputs.</param>
/// <param name="Gradients">Gradient of the sum of both losses with respect to each output.</param>
public sealed record LossResult(double Classification, double Box, IList<Tensor> Outputs, IList<Tensor> Gradients);
