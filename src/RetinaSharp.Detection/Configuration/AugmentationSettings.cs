using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Configuration;

/// <summary>How training images are varied at random. The default is the paper's: mirrored half of the time, nothing else.</summary>
public sealed record AugmentationSettings
{
    /// <summary>Probability that left and right are swapped.</summary>
    public double HorizontalFlip { get; init; } = .5;

    /// <summary>Probability that top and bottom are swapped; for pictures that have no upside, as from microscopes or from the air.</summary>
    public double VerticalFlip { get; init; }

    /// <summary>Probability of a turn by 90, 180 or 270 degrees, each as likely; for the same pictures.</summary>
    public double Rotate90 { get; init; }

    /// <summary>
    /// Smallest factor of the image's size, on top of <see cref="InputSize"/>; uniform up to <see cref="MaxScale"/>. An image
    /// below its full size lies at the upper left of the frame, the rest of which is black.
    /// </summary>
    public double MinScale { get; init; } = 1;

    /// <summary>Largest factor of the image's size. Of an image above its full size a random part as large as the frame is used.</summary>
    public double MaxScale { get; init; } = 1;

    /// <summary>Largest shift of the image within its frame, as share of its width and height; at most .5.</summary>
    public double Translate { get; init; }

    /// <summary>Largest deviation of the brightness factor from 1, as torchvision's ColorJitter.</summary>
    public double Brightness { get; init; }

    /// <summary>Largest deviation of the contrast factor from 1.</summary>
    public double Contrast { get; init; }

    /// <summary>Largest deviation of the saturation factor from 1.</summary>
    public double Saturation { get; init; }

    /// <summary>
    /// Share of a box's area that must be left within the frame. An object of which less is left is not learnt; the part that is
    /// seen counts neither as object nor as background.
    /// </summary>
    public double MinVisible { get; init; } = .3;

    /// <summary>Settings that leave every image as it is.</summary>
    public static AugmentationSettings None { get; } = new() { HorizontalFlip = 0 };

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting and its range.</exception>
    public void Validate()
    {
        RequireShare("Horizontal flip", HorizontalFlip, 1);
        RequireShare("Vertical flip", VerticalFlip, 1);
        RequireShare("Rotation by 90 degrees", Rotate90, 1);
        RequireShare("Translation", Translate, .5);
        RequireShare("Brightness", Brightness, 1);
        RequireShare("Contrast", Contrast, 1);
        RequireShare("Saturation", Saturation, 1);
        RequireShare("Visible share", MinVisible, 1);
        if (!(MinScale > 0 && MinScale <= MaxScale && MaxScale <= 8))
            throw new ArgumentException($"Scale from {MinScale} to {MaxScale}: must rise within (0, 8].");
    }

    private static void RequireShare(string name, double value, double most)
    {
        if (!(value >= 0 && value <= most))
            throw new ArgumentException($"{name} {value}: must be in [0, {most}].");
    }
}
