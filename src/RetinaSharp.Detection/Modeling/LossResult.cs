using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>The loss of a batch, and where going back starts.</summary>
/// <param name="Classification">Classification loss, normalised.</param>
/// <param name="Box">Box loss, normalised and weighted.</param>
/// <param name="Outputs">The network's outputs.</param>
/// <param name="Gradients">Derivative of the sum of both losses by each output.</param>
internal sealed record LossResult(double Classification, double Box, IReadOnlyList<Tensor> Outputs, IReadOnlyList<Tensor> Gradients);
