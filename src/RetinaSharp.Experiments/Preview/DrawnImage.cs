using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Experiments.Preview;

/// <summary>Draws boxes on images at the size at which a sheet shows them, so that lines and text stay sharp.</summary>
internal static class DrawnImage
{
    /// <summary>Width of lines in pixels: with one pixel, the color would be hard to see.</summary>
    public const int LineWidth = 2;

    /// <summary>Resizes an image so that its longer side has a length, up or down.</summary>
    /// <param name="image">The image.</param>
    /// <param name="side">Length of the longer side in pixels.</param>
    public static Image Fit(Image image, int side)
    {
        var (width, height) = FitSize(image.Width, image.Height, side);
        return image.Resize(width, height);
    }

    /// <summary>Loads an image for a sheet, with the boxes and class names of its annotations.</summary>
    /// <exception cref="ImageException">The file cannot be read or decoded.</exception>
    public static Image Load(AnnotatedImage annotated, IReadOnlyList<Category> categories, int side)
    {
        var image = ImageDecoding.Load(annotated.File, new() { ScaleTo = (width, height) => FitSize(width, height, side) });
        var (scaleX, scaleY) = (image.Width / (float)annotated.Width, image.Height / (float)annotated.Height);
        // Small boxes last would be hidden by large ones; the first is drawn on top.
        var boxes = annotated.Annotations.Where(annotation => !annotated.IsDegenerate(annotation)).OrderBy(annotation => annotation.Area).Select(annotation =>
            Label(annotation.Box.ToCorners().Scale(scaleX, scaleY), categories[annotation.Category].Name + (annotation.IsCrowd ? " (crowd)" : ""), annotation.Category, annotation.IsCrowd));
        return image.Draw([.. boxes], LineWidth);
    }

    /// <summary>Creates the label of a box.</summary>
    public static BoxLabel Label(Box box, string text, int color, bool isDashed = false) => new(box.X1, box.Y1, box.X2, box.Y2, text, color, isDashed);

    private static (int Width, int Height) FitSize(int width, int height, int side)
    {
        var scale = (double)side / Math.Max(width, height);
        return (Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
    }
}
