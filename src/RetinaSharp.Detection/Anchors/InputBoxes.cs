using RetinaSharp.Datasets;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Anchors;

/// <summary>The ground-truth boxes of a dataset at the input size, as columns, without crowds and degenerate boxes.</summary>
internal sealed class InputBoxes
{
    // A box that is narrower has vanished, and has no anchor.
    private const float MinSide = 1;

    private InputBoxes(int count) =>
        (CenterX, CenterY, Widths, Heights, Areas, PaddedSizes) = (new float[count], new float[count], new float[count], new float[count], new double[count], new PaddedSize[count]);

    /// <summary>Number of boxes, including vanished ones.</summary>
    public int Count => Widths.Length;

    /// <summary>Number of boxes with a side below one pixel.</summary>
    public int Vanished { get; private set; }

    /// <summary>X coordinates of the boxes' centers, in pixels at the input size.</summary>
    public float[] CenterX { get; }

    /// <summary>Y coordinates of the boxes' centers, in pixels at the input size.</summary>
    public float[] CenterY { get; }

    /// <summary>Widths of the boxes, in pixels at the input size.</summary>
    public float[] Widths { get; }

    /// <summary>Heights of the boxes, in pixels at the input size.</summary>
    public float[] Heights { get; }

    /// <summary>Areas of the objects in square pixels of the original images.</summary>
    public double[] Areas { get; }

    /// <summary>Size of the image of each box after padding.</summary>
    public PaddedSize[] PaddedSizes { get; }

    /// <summary>Collects the boxes of all images whose size the annotations give.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static InputBoxes Create(DetectionDataset dataset, InputSize input, CancellationToken cancellationToken)
    {
        var found = (from image in dataset.Images
                     where image is { Width: > 0, Height: > 0 }
                     from annotation in image.Annotations
                     where !annotation.IsCrowd && !image.IsDegenerate(annotation)
                     select (image, annotation)).ToArray();
        var boxes = new InputBoxes(found.Length);
        AnnotatedImage? last = null;
        var (geometry, padded) = (default(ImageGeometry), default(PaddedSize));
        for (var i = 0; i < found.Length; i++)
        {
            var (image, annotation) = found[i];
            if (image != last)
            {
                cancellationToken.ThrowIfCancellationRequested();
                geometry = input.Fit(image.Width, image.Height);
                padded = PaddedSize.Compute([(geometry.Width, geometry.Height)]);
                last = image;
            }

            var box = annotation.Box.ToCorners().Clip(image.Width, image.Height).Scale(geometry.Width / (float)image.Width, geometry.Height / (float)image.Height);
            (boxes.CenterX[i], boxes.CenterY[i]) = ((box.X1 + box.X2) / 2, (box.Y1 + box.Y2) / 2);
            (boxes.Widths[i], boxes.Heights[i]) = (box.Width, box.Height);
            (boxes.Areas[i], boxes.PaddedSizes[i]) = (annotation.Area, padded);
            if (boxes.HasVanished(i))
                boxes.Vanished++;
        }

        return boxes;
    }

    /// <summary>Returns every n-th box, so that no more than <paramref name="maxCount"/> are left.</summary>
    public InputBoxes Sample(int maxCount)
    {
        if (Count <= maxCount)
            return this;
        var sample = new InputBoxes(maxCount);
        for (var i = 0; i < maxCount; i++)
        {
            var from = (int)((long)i * Count / maxCount);
            (sample.CenterX[i], sample.CenterY[i], sample.Widths[i], sample.Heights[i]) = (CenterX[from], CenterY[from], Widths[from], Heights[from]);
            (sample.Areas[i], sample.PaddedSizes[i]) = (Areas[from], PaddedSizes[from]);
            if (HasVanished(from))
                sample.Vanished++;
        }

        return sample;
    }

    /// <summary>Returns whether a side of a box is below one pixel.</summary>
    public bool HasVanished(int index) => !(Widths[index] >= MinSide && Heights[index] >= MinSide);
}
