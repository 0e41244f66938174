namespace RetinaSharp.Detection.Modeling;

/// <summary>A convolution of a network: where it stands, and how large it is.</summary>
/// <param name="Part">Part of the network that it belongs to: 0 the stem, 1 to 4 the backbone's stages, 5 pyramid and heads. Those from the number of frozen parts on are trained.</param>
/// <param name="InputPart">Part that its input comes from; -1: the image.</param>
/// <param name="Inputs">Channels of its input.</param>
/// <param name="Outputs">Channels of its output.</param>
/// <param name="Kernel">Side of its window.</param>
/// <param name="FirstLevel">Finest level of its outputs: at level l, sides are the image's by 2^l, rounded up.</param>
/// <param name="LastLevel">Coarsest level; it has an output at each between them, made with the same weights.</param>
internal readonly record struct ConvolutionShape(int Part, int InputPart, long Inputs, long Outputs, int Kernel, int FirstLevel, int LastLevel)
{
    /// <summary>How many weights it has, without a bias.</summary>
    public long Weights => Inputs * Outputs * Kernel * Kernel;

    /// <summary>Pixels of its outputs at all levels.</summary>
    /// <param name="side">Side of the square image.</param>
    public long Pixels(int side)
    {
        var pixels = 0L;
        for (var level = FirstLevel; level <= LastLevel; level++)
        {
            long at = (side + (1 << level) - 1) >> level;
            pixels += at * at;
        }

        return pixels;
    }
}
