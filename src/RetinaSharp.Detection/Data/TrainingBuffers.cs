using RetinaSharp.Boxes;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Data;

/// <summary>The pixels and targets of a training batch, in large arrays that later batches reuse.</summary>
internal sealed class TrainingBuffers
{
    public PixelBuffer Pixels { get; } = new();

    public LevelTargets[] Levels { get; private set; } = [];

    /// <summary>Clears the arrays and resizes them for a batch.</summary>
    public void Reset(PaddedSize size, AnchorGrid grid)
    {
        Pixels.Reset(size);
        if (Levels.Length != grid.Levels.Count)
            Levels = [.. grid.Levels.Select(_ => new LevelTargets())];
        for (var i = 0; i < Levels.Length; i++)
            Levels[i].Reset(size.Images, grid.Levels[i]);
    }
}
