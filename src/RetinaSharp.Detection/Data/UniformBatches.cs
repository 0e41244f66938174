using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Creates training batches from pixels in memory, without loader threads and augmentation. All images have the same size and the same boxes.
/// </summary>
/// <param name="image">Boxes of every image, and its size: multiples of 32, so that no image is padded.</param>
/// <param name="anchors">Generates the anchors.</param>
/// <param name="assigner">Assigns the anchors, unless it uses the network's predictions.</param>
internal sealed class UniformBatches(BatchImage image, AnchorGenerator anchors, IAssigner assigner)
{
    private readonly BufferPool<TrainingBuffers> _pool = new();

    /// <summary>Creates a batch.</summary>
    /// <param name="pixels">Pixels of each image, [height · width · 3], RGB.</param>
    public TrainingBatch Create(IReadOnlyList<byte[]> pixels)
    {
        var size = new PaddedSize(pixels.Count, image.Height, image.Width);
        var grid = anchors.Generate(size.Height, size.Width);
        var buffers = _pool.Rent();
        buffers.Reset(size, grid);
        var targets = new BatchTargets(size, buffers.Levels);
        for (var i = 0; i < pixels.Count; i++)
        {
            pixels[i].CopyTo(buffers.Pixels[i]);
            if (!assigner.UsesPredictions)
                targets.Set(i, grid, assigner.Assign(grid, image.Boxes, image.Classes, image.Ignored), image.Boxes);
        }

        return new(0, targets, [.. pixels.Select(_ => image)], buffers, _pool);
    }
}
