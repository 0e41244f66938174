namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>A convolution with padding K / 2 and the normalization of its output. Without a normalization it has a bias.</summary>
/// <param name="Name">Its name, such as <c>backbone.body.conv1</c>.</param>
/// <param name="Inputs">Input channels.</param>
/// <param name="Outputs">Output channels.</param>
/// <param name="Kernel">Kernel size K.</param>
/// <param name="Stride">Its stride.</param>
/// <param name="Norm">The normalization; null: none.</param>
public sealed record ConvolutionLayer(string Name, int Inputs, int Outputs, int Kernel, int Stride = 1, NormLayer? Norm = null)
{
    /// <summary>Stage that freezing counts by: 0 the stem, 1 to 4 the stages of the backbone, 5 neck and heads.</summary>
    public required int Part { get; init; }

    /// <summary>Stage that its input comes from; -1: the image.</summary>
    public required int InputPart { get; init; }

    /// <summary>Finest pyramid level that it runs at. At level l, sides are the image's divided by 2^l, rounded up.</summary>
    public required int FirstLevel { get; init; }

    /// <summary>Coarsest pyramid level that it runs at; it runs at all levels between.</summary>
    public required int LastLevel { get; init; }

    /// <summary>Number of weights, without a bias.</summary>
    public long WeightCount => (long)Inputs * Outputs * Kernel * Kernel;

    /// <summary>Its tensors and those of its normalization, in the order of the state dictionary.</summary>
    public IEnumerable<TensorLayout> Tensors()
    {
        yield return new($"{Name}.weight", TensorKind.Weight, [Outputs, Inputs, Kernel, Kernel]) { Part = Part };
        if (Norm is null)
            yield return new($"{Name}.bias", TensorKind.Bias, [Outputs]) { Part = Part };
        foreach (var tensor in Norm?.Tensors() ?? [])
            yield return tensor with { Part = Part };
    }

    /// <summary>Floating-point operations (a multiply-add counts as two) of the forward pass of one image.</summary>
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
