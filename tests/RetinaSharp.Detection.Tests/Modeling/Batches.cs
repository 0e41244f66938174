using RetinaSharp.Boxes;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Tests.Data;
using RetinaSharp.Imaging;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Tests.Modeling;

/// <summary>Batches of given images and boxes, without a loader.</summary>
internal static class Batches
{
    public static TrainingBatch Of(AnchorSettings anchors, AssignerSettings assigner, Image image, Box[] boxes, int[] classes)
    {
        var size = PaddedSize.Around([(image.Width, image.Height)]);
        var grid = new AnchorGenerator(anchors).Generate(size.Height, size.Width);
        var buffers = new TrainingBuffers();
        buffers.Reset(size, grid);
        for (var y = 0; y < image.Height; y++)
            image.Pixels.Slice(y * image.Width * 3, image.Width * 3).CopyTo(buffers.Pixels[0][(y * size.Stride)..]);
        var assignment = new Assigner(assigner).Assign(grid, boxes, classes);
        for (var level = 0; level < buffers.Levels.Length; level++)
            buffers.Levels[level].Set(0, grid, grid.Levels[level], assignment, boxes);
        var source = Pictures.Describe(image.Width, image.Height, boxes);
        return new(0, size, [new(source, image.Width, image.Height, boxes, classes, [])], buffers, new());
    }

    public static Tensor Input(TrainingBatch batch, RetinaNet network) => Preprocessing.Input(batch, network);
}
