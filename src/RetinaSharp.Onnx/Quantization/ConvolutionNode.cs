using RetinaSharp.Onnx.Schema;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>A convolution of a graph. The heads' layers have one node per pyramid level, with the same weights.</summary>
/// <param name="Node">The node.</param>
/// <param name="Layer">Name of the layer: that of its weights, without <c>.weight</c>.</param>
/// <param name="Output">The tensor that is quantized: the output of the ReLU, if that is the only consumer of the convolution; else the convolution's output.</param>
internal sealed record ConvolutionNode(NodeProto Node, string Layer, string Output)
{
    /// <summary>Name of the input tensor.</summary>
    public string Input => Node.Input[0];

    /// <summary>Name of the weights.</summary>
    public string Weight => Node.Input[1];

    /// <summary>Name of the bias.</summary>
    public string Bias => Node.Input[2];
}
