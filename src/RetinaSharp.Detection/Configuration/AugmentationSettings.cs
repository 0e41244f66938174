using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Configuration;

/// <summary>
/// Random augmentation of training images. The default is that of the focal loss paper: a horizontal flip with probability .5, nothing else.
/// </summary>
public sealed record AugmentationSettings
{
    /// <summary>Probability of a horizontal flip, in [0, 1].</summary>
    public double HorizontalFlip { get; init; } = .5;

    /// <summary>Probability of a vertical flip, in [0, 1]. Use it for images without a fixed orientation, such as microscopy or aerial images.</summary>
    public double VerticalFlip { get; init; }

    /// <summary>Probability of a rotation by 90, 180 or 270 degrees, each equally likely, in [0, 1]. Use it for images without a fixed orientation.</summary>
    public double Rotate90 { get; init; }

    /// <summary>
    /// Lower bound of the random scale factor, above 0. The factor is drawn uniformly between this and <see cref="MaxScale"/>, and scales the image in
    /// addition to the resize to <see cref="InputSize"/>. An image scaled by less than 1 is padded, at the right and the bottom, to the size that it has with
    /// factor 1.
    /// </summary>
    public double MinScale { get; init; } = 1;

    /// <summary>
    /// Upper bound of the random scale factor, at most 8. An image scaled by more than 1 is cropped, at a random position, to the size that it has with
    /// factor 1.
    /// </summary>
    public double MaxScale { get; init; } = 1;

    /// <summary>
    /// Maximum random shift of the image in each direction, as a fraction of its width and height, in [0, .5]. Pixels that are shifted out are lost; the gap
    /// on the opposite side is padded.
    /// </summary>
    public double Translate { get; init; }

    /// <summary>Maximum deviation of the random brightness factor from 1, in [0, 1], as in torchvision's ColorJitter.</summary>
    public double Brightness { get; init; }

    /// <summary>Maximum deviation of the random contrast factor from 1, in [0, 1], as in torchvision's ColorJitter.</summary>
    public double Contrast { get; init; }

    /// <summary>Maximum deviation of the random saturation factor from 1, in [0, 1], as in torchvision's ColorJitter.</summary>
    public double Saturation { get; init; }

    /// <summary>
    /// Minimum fraction of a box's area that must remain visible after cropping and translation, in [0, 1]. A box with less is removed from the ground truth,
    /// and the loss ignores anchors on its visible part.
    /// </summary>
    public double MinVisible { get; init; } = .3;

    /// <summary>Settings without any augmentation.</summary>
    public static AugmentationSettings None { get; } = new() { HorizontalFlip = 0 };

    /// <summary>Validates all values.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names the setting and its range.</exception>
    public void Validate()
    {
        RequireFraction("Horizontal flip", HorizontalFlip, 1);
        RequireFraction("Vertical flip", VerticalFlip, 1);
        RequireFraction("Rotation by 90 degrees", Rotate90, 1);
        RequireFraction("Translation", Translate, .5);
        RequireFraction("Brightness", Brightness, 1);
        RequireFraction("Contrast", Contrast, 1);
        RequireFraction("Saturation", Saturation, 1);
        RequireFraction("Visible share", MinVisible, 1);
        if (!(MinScale > 0 && MinScale <= MaxScale && MaxScale <= 8))
            throw new ArgumentException($"Scale from {MinScale} to {MaxScale}: must rise within (0, 8].");
    }

    private static void RequireFraction(string name, double value, double max)
    {
        if (!(value >= 0 && value <= max))
            throw new ArgumentException($"{name} {value}: must be in [0, {max}].");
    }
}
