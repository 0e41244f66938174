namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>Describes a convolution with padding K / 2 and the normalization after it. A convolution without normalization has a bias.</summary>
/// <param name="Name">Full name in the state dictionary, such as <c>backbone.body.conv1</c>.</param>
/// <param name="Inputs">Number of input channels.</param>
/// <param name="Outputs">Number of output channels.</param>
/// <param name="Kernel">Kernel size K: the kernel is K × K.</param>
/// <param name="Stride">Stride in both dimensions.</param>
/// <param name="Norm">Normalization of the output; null: none.</param>
public sealed record ConvolutionLayer(string Name, int Inputs, int Outputs, int Kernel, int Stride = 1, NormLayer? Norm = null)
{
    /// <summary>
    /// Index of the freezable part of the network that the layer belongs to: 0 for the stem, 1 to 4 for the backbone's stages, 5 for neck and heads, which
    /// are never frozen.
    /// </summary>
    public required int Part { get; init; }

    /// <summary><see cref="Part"/> of the layer whose output is this layer's input; -1 if the input is the image.</summary>
    public required int InputPart { get; init; }

    /// <summary>
    /// Finest level of the feature maps that the layer outputs. A feature map of level l has the height and width of the image divided by 2^l, rounded up.
    /// </summary>
    public required int FirstLevel { get; init; }

    /// <summary>
    /// Coarsest level of the feature maps that the layer outputs. It differs from <see cref="FirstLevel"/> only in the heads, which are applied to all
    /// pyramid levels.
    /// </summary>
    public required int LastLevel { get; init; }

    /// <summary>
    /// Number of groups that the channels are divided into, as in ResNeXt: each output channel depends only on the input channels of its group. It divides
    /// the numbers of input and output channels.
    /// </summary>
    public int Groups { get; init; } = 1;

    /// <summary>Number of elements of the weight; the bias is not counted.</summary>
    public long WeightCount => (long)(Inputs / Groups) * Outputs * Kernel * Kernel;

    /// <summary>Lists the tensors of the convolution and of its normalization, in the order of the state dictionary.</summary>
    public IEnumerable<TensorLayout> Tensors()
    {
        yield return new($"{Name}.weight", TensorKind.Weight, [Outputs, Inputs / Groups, Kernel, Kernel]) { Part = Part };
        if (Norm is null)
            yield return new($"{Name}.bias", TensorKind.Bias, [Outputs]) { Part = Part };
        foreach (var tensor in Norm?.Tensors() ?? [])
            yield return tensor with { Part = Part };
    }

    /// <summary>Computes the number of floating-point operations of the layer in the forward pass of one image. A multiply-add counts as two.</summary>
    /// <param name="side">Side of the square image in pixels.</param>
    public double Operations(int side)
    {
        var pixels = 0L;
        for (var level = FirstLevel; level <= LastLevel; level++)
        {
            long at = (side + (1 << level) - 1) >> level;
            pixels += at * at;
        }

        return 2.0 * WeightCount * pixels;
    }
}
