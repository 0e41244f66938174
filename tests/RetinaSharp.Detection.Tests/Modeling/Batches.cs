using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Tests.Data;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Tests.Modeling;

/// <summary>Batches of given images and boxes, without a loader.</summary>
internal static class Batches
{
    public static TrainingBatch Create(AnchorSettings anchors, AssignerSettings assigner, Image image, Box[] boxes, int[] classes) =>
        Create(anchors, assigner, (image, boxes, classes));

    public static TrainingBatch Create(AnchorSettings anchors, AssignerSettings assigner, params (Image Image, Box[] Boxes, int[] Classes)[] images) =>
        Create(anchors, assigner, [.. images.Select(one => (one.Image, one.Boxes, one.Classes, Array.Empty<Box>()))]);

    public static TrainingBatch Create(AnchorSettings anchors, AssignerSettings assigner, params (Image Image, Box[] Boxes, int[] Classes, Box[] Ignored)[] images)
    {
        var size = PaddedSize.Compute([.. images.Select(one => (one.Image.Width, one.Image.Height))]);
        var grid = new AnchorGenerator(anchors).Generate(size.Height, size.Width);
        var buffers = new TrainingBuffers();
        buffers.Reset(size, grid);
        var targets = new BatchTargets(size, buffers.Levels);
        for (var i = 0; i < images.Length; i++)
        {
            var (image, boxes, classes, ignored) = images[i];
            for (var y = 0; y < image.Height; y++)
                image.Pixels.Slice(y * image.Width * 3, image.Width * 3).CopyTo(buffers.Pixels[i][(y * size.Stride)..]);
            targets.Set(i, grid, new IouAssigner(assigner).Assign(grid, boxes, classes, ignored), boxes);
        }

        return new(0, targets, [.. images.Select(one => new BatchImage(
            Pictures.Describe(one.Image.Width, one.Image.Height, one.Boxes), one.Image.Width, one.Image.Height, one.Boxes, one.Classes, one.Ignored))], buffers, new());
    }
}
