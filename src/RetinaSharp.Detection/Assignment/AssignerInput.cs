using System.Diagnostics.CodeAnalysis;
using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Assignment;

/// <summary>Checks the arguments of assigners.</summary>
internal static class AssignerInput
{
    /// <summary>Checks the ground truth of an image.</summary>
    /// <exception cref="ArgumentException">The lengths differ, a class is negative, or a box is not finite or has its corners swapped.</exception>
    public static void Check(ReadOnlySpan<Box> boxes, ReadOnlySpan<int> classes, ReadOnlySpan<Box> ignored)
    {
        if (classes.Length != boxes.Length)
            throw new ArgumentException($"{classes.Length} classes for {boxes.Length} boxes: the numbers must be equal", nameof(classes));
        for (var i = 0; i < classes.Length; i++)
            ArgumentOutOfRangeException.ThrowIfNegative(classes[i], nameof(classes));
        Check(boxes, nameof(boxes));
        Check(ignored, nameof(ignored));
    }

    /// <summary>Checks that boxes are finite and have their corners in order.</summary>
    /// <exception cref="ArgumentException">A box is not finite or has its corners swapped.</exception>
    public static void Check(ReadOnlySpan<Box> boxes, string name)
    {
        foreach (var box in boxes)
            if (!(float.IsFinite(box.Area) && box.X1 <= box.X2 && box.Y1 <= box.Y2))
                throw new ArgumentException($"{box}: the corners must be finite, the top left one first", name);
    }

    /// <summary>Checks that there are predictions, with a logit for each class of the ground truth.</summary>
    /// <exception cref="ArgumentNullException">There are no predictions.</exception>
    /// <exception cref="ArgumentException">A class has no logit.</exception>
    public static void Check([NotNull] AnchorPredictions? predictions, ReadOnlySpan<int> classes)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        foreach (var index in classes)
            if (index >= predictions.Logits(0).Length)
                throw new ArgumentException($"class {index}: the predictions have {predictions.Logits(0).Length} classes", nameof(classes));
    }
}
