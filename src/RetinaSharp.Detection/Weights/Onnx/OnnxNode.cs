namespace RetinaSharp.Detection.Weights.Onnx;

/// <summary>A node of an ONNX graph: an operator with its inputs, outputs and the attributes that weight import needs.</summary>
/// <param name="Operator">Name of the operator, such as <c>Conv</c>.</param>
/// <param name="Inputs">Names of the input tensors.</param>
/// <param name="Outputs">Names of the output tensors.</param>
internal sealed record OnnxNode(string Operator, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs)
{
    /// <summary>Strides of a convolution or pooling, one per dimension; empty: 1.</summary>
    public IReadOnlyList<long> Strides { get; init; } = [];

    /// <summary>Constant that a batch norm adds to the variance.</summary>
    public double Epsilon { get; init; } = 1e-5;
}
