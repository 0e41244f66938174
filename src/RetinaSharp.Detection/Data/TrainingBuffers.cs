using RetinaSharp.Boxes;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Data;

/// <summary>The large arrays of a training batch, used again for batch after batch.</summary>
internal sealed class TrainingBuffers
{
    public PixelBuffer Pixels { get; } = new();

    public LevelTargets[] Levels { get; private set; } = [];

    /// <summary>Makes room for a batch.</summary>
    public void Reset(PaddedSize size, AnchorGrid grid)
    {
        Pixels.Reset(size);
        if (Levels.Length != grid.Levels.Count)
            Levels = [.. grid.Levels.Select(_ => new LevelTargets())];
        for (var i = 0; i < Levels.Length; i++)
            Levels[i].Reset(size.Images, grid.Levels[i].Count);
    }
}
