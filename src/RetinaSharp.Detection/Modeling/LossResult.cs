using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>The loss of a batch, and where its backward pass starts.</summary>
/// <param name="Classification">Classification loss, normalized.</param>
/// <param name="Box">Box loss, normalized and weighted.</param>
/// <param name="Outputs">The network's outputs.</param>
/// <param name="Gradients">Derivative of the sum of both losses by each output.</param>
internal sealed record LossResult(double Classification, double Box, IList<Tensor> Outputs, IList<Tensor> Gradients);
