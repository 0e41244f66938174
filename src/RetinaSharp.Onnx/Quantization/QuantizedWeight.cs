namespace RetinaSharp.Onnx.Quantization;

/// <summary>The weights of a convolution in int8, symmetric, with a scale per output channel: value = scale · q.</summary>
/// <param name="Values">The quantized weights, in the order of the fp32 weights.</param>
/// <param name="Scales">The scale of each output channel.</param>
internal sealed record QuantizedWeight(sbyte[] Values, float[] Scales)
{
    // Leaves room in int32 for the sum of 49,000 products of a byte and a weight.
    private const double MaxBias = 1 << 29;

    /// <summary>Quantizes weights.</summary>
    /// <param name="weights">The fp32 weights, [channels, ...].</param>
    /// <param name="bias">The fp32 bias, [channels].</param>
    /// <param name="inputScale">Smallest scale of the inputs of the convolutions that share the weights.</param>
    /// <param name="limit">Largest magnitude of a quantized weight: 127, or 63 for 7 bits.</param>
    /// <param name="outputs">The scales per channel of the outputs of these convolutions, as far as they have them.</param>
    public static QuantizedWeight Create(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, float inputScale, int limit, params ReadOnlySpan<ActivationScale[]> outputs)
    {
        var perChannel = weights.Length / bias.Length;
        var (values, scales) = (new sbyte[weights.Length], new float[bias.Length]);
        for (var channel = 0; channel < bias.Length; channel++)
        {
            var from = weights.Slice(channel * perChannel, perChannel);
            var largest = 0f;
            foreach (var weight in from)
                largest = Math.Max(largest, Math.Abs(weight));
            var largestBias = (double)Math.Abs(bias[channel]);
            foreach (var output in outputs)
                largestBias = Math.Max(largestBias, Math.Abs(bias[channel] + output[channel].Shift));
            // The bias has the scale of input times weight. In a channel with tiny or zero weights it would overflow int32; a larger scale costs nothing there.
            var scale = (float)Math.Clamp(Math.Max(largest / (double)limit, largestBias / (inputScale * MaxBias)), ActivationScale.MinScale, float.MaxValue);
            scales[channel] = scale;
            for (var i = 0; i < perChannel; i++)
                values[(channel * perChannel) + i] = (sbyte)Math.Clamp(MathF.Round(from[i] / scale), -limit, limit);
        }

        return new(values, scales);
    }

    /// <summary>Returns the scales of the weights of a convolution whose output has a scale per channel: it computes output / scale + zero point.</summary>
    /// <param name="output">Scale of each output channel; null: the output has one scale, which the weights do not include.</param>
    public float[] WeightScales(ActivationScale[]? output) => output is null ? Scales : [.. Scales.Zip(output, (weight, channel) => weight / channel.Scale)];

    /// <summary>Quantizes the bias of a convolution for an input: int32 values and their scales, one per channel.</summary>
    /// <param name="bias">The fp32 bias.</param>
    /// <param name="inputScale">Scale of the input.</param>
    /// <param name="output">Scale of each output channel; null: the output has one scale, which the bias does not include.</param>
    public (int[] Values, float[] Scales) QuantizeBias(ReadOnlySpan<float> bias, float inputScale, ActivationScale[]? output = null)
    {
        var weightScales = WeightScales(output);
        var (values, scales) = (new int[bias.Length], new float[bias.Length]);
        for (var channel = 0; channel < bias.Length; channel++)
        {
            scales[channel] = weightScales[channel] * inputScale;
            var shift = output is null ? 0 : output[channel].Shift;
            values[channel] = (int)Math.Clamp(Math.Round((bias[channel] + shift) / (Scales[channel] * (double)inputScale)), int.MinValue, int.MaxValue);
        }

        return (values, scales);
    }
}
