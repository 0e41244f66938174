namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>A convolution with padding K / 2 and what normalizes its output; without a normalization it has a bias.</summary>
/// <param name="Name">Its name, such as <c>backbone.body.conv1</c>.</param>
/// <param name="Inputs">Channels of its input.</param>
/// <param name="Outputs">Channels of its output.</param>
/// <param name="Kernel">Side K of its kernel.</param>
/// <param name="Stride">Its stride.</param>
/// <param name="Norm">The normalization; null: none.</param>
public sealed record ConvolutionLayer(string Name, int Inputs, int Outputs, int Kernel, int Stride = 1, NormLayer? Norm = null)
{
    /// <summary>Part of the network: 0 the stem, 1 to 4 the stages of the backbone, 5 pyramid and heads. Those from the number of frozen parts on are trained.</summary>
    public required int Part { get; init; }

    /// <summary>Part that its input comes from; -1: the image.</summary>
    public required int InputPart { get; init; }

    /// <summary>Finest pyramid level of its outputs: at level l, sides are the image's by 2^l, rounded up.</summary>
    public required int FirstLevel { get; init; }

    /// <summary>Coarsest level of its outputs; it runs at each from the finest on.</summary>
    public required int LastLevel { get; init; }

    /// <summary>Number of weights, without a bias.</summary>
    public long WeightCount => (long)Inputs * Outputs * Kernel * Kernel;

    /// <summary>Its tensors and those of its normalization, in the order of the state dictionary.</summary>
    public IEnumerable<TensorLayout> Tensors()
    {
        yield return new($"{Name}.weight", TensorKind.Weight, [Outputs, Inputs, Kernel, Kernel]);
        if (Norm is null)
            yield return new($"{Name}.bias", TensorKind.Bias, [Outputs]);
        foreach (var tensor in Norm?.Tensors() ?? [])
            yield return tensor;
    }

    /// <summary>Multiplications and additions of one image's forward pass.</summary>
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
