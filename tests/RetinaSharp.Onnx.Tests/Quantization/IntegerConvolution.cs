using System.Runtime.InteropServices;
using RetinaSharp.Onnx.Schema;

namespace RetinaSharp.Onnx.Tests.Quantization;

/// <summary>A 3 x 3 convolution on bytes in integer arithmetic, written for clarity: the reference for what ONNX Runtime computes.</summary>
/// <param name="model">The quantized model, whose initializers are used.</param>
internal sealed class IntegerConvolution(ModelProto model)
{
    private const int Kernel = 3;

    public T[] Constant<T>(string name)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(model.Graph.Initializer.Single(initializer => initializer.Name == name).RawData.Span).ToArray();

    /// <summary>Computes the bytes of the output, [outputs, height, width].</summary>
    /// <param name="layer">Name of the layer.</param>
    /// <param name="node">Name of the convolution's output.</param>
    /// <param name="input">The bytes of the input, [inputs, height, width].</param>
    /// <param name="inputScale">Scale of the input.</param>
    /// <param name="inputZero">Zero point of the input.</param>
    /// <param name="outputScale">Scale of the output.</param>
    /// <param name="outputZero">Zero point of the output.</param>
    /// <param name="groups">Number of groups.</param>
    /// <param name="height">Height.</param>
    /// <param name="width">Width.</param>
    public byte[] Compute(string layer, string node, byte[] input, float inputScale, byte inputZero, float outputScale, byte outputZero, int groups, int height, int width)
    {
        var (weights, scales, bias) = (Constant<sbyte>($"{layer}.weight.quantized"), Constant<float>($"{node}.weight_scale"), Constant<int>($"{node}.bias.quantized"));
        var (outputs, inputs) = (bias.Length, input.Length / (height * width) / groups);
        var result = new byte[outputs * height * width];
        for (var channel = 0; channel < outputs; channel++)
            for (var y = 0; y < height; y++)
                for (var x = 0; x < width; x++)
                {
                    var sum = bias[channel];
                    var first = channel / (outputs / groups) * inputs;
                    for (var i = 0; i < inputs; i++)
                        for (var dy = 0; dy < Kernel; dy++)
                            for (var dx = 0; dx < Kernel; dx++)
                            {
                                var (row, column) = (y + dy - 1, x + dx - 1);
                                // Padding has the value 0, whose byte is the zero point.
                                if (row >= 0 && row < height && column >= 0 && column < width)
                                    sum += (input[((first + i) * height * width) + (row * width) + column] - inputZero) * weights[(((channel * inputs) + i) * Kernel * Kernel) + (dy * Kernel) + dx];
                            }

                    var multiplier = inputScale * scales[channel] / outputScale;
                    result[(channel * height * width) + (y * width) + x] = (byte)Math.Clamp(MathF.Round(sum * multiplier) + outputZero, 0, 255);
                }

        return result;
    }
}
