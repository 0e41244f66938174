using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Configuration;

/// <summary>
/// Random augmentation of training images. The default is that of the focal loss paper: a horizontal flip with probability .5, nothing else.
/// </summary>
public sealed record AugmentationSettings
{
    private const int InputSizeStep = 32;

    /// <summary>Probability of a horizontal flip, in [0, 1].</summary>
    public double HorizontalFlip { get; init; } = .5;

    /// <summary>Probability of a vertical flip, in [0, 1]. Use it for images without a fixed orientation, such as microscopy or aerial images.</summary>
    public double VerticalFlip { get; init; }

    /// <summary>Probability of a rotation by 90, 180 or 270 degrees, each equally likely, in [0, 1]. Use it for images without a fixed orientation.</summary>
    public double Rotate90 { get; init; }

    /// <summary>
    /// Probability of a random crop with a minimum IoU, as in SSD (Liu et al.), in [0, 1]. The cropped part of the image is scaled like a whole image. Use it
    /// if objects are to be detected at larger sizes than in most training images.
    /// </summary>
    public double Crop { get; init; }

    /// <summary>Minimum width and height of the cropped part as fractions of those of the image, in [0.1, 1].</summary>
    public double CropMinSide { get; init; } = .3;

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
    /// Whether every sample is a square with the long side of the input size, instead of the size that the image has with a scale factor of 1. Larger images
    /// are cropped, smaller ones padded. Part of large-scale jitter, see <see cref="WithLargeScaleJitter"/>.
    /// </summary>
    public bool FixedSize { get; init; }

    /// <summary>
    /// Lower bound of the input sizes of multi-scale training as a factor of <see cref="RunSettings.Input"/>, in [0.1, 4]. See <see cref="GetInputSizes"/>.
    /// </summary>
    public double MinInputScale { get; init; } = 1;

    /// <summary>Upper bound of the input sizes of multi-scale training as a factor of <see cref="RunSettings.Input"/>, in [0.1, 4].</summary>
    public double MaxInputScale { get; init; } = 1;

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
    /// Maximum random rotation of the hue as a fraction of the color circle, in [0, .5], as in torchvision's ColorJitter, but by a linear transform
    /// that keeps the luma.
    /// </summary>
    public double Hue { get; init; }

    /// <summary>
    /// Probability of a mosaic, in [0, 1]: four images around a random center, as in YOLOv4 (Bochkovskiy et al.). Use it for long training runs from scratch;
    /// objects become smaller and appear in other surroundings.
    /// </summary>
    public double Mosaic { get; init; }

    /// <summary>Lower bound of the factor that each image of a mosaic is scaled by in addition, in (0, 2].</summary>
    public double MosaicMinScale { get; init; } = .4;

    /// <summary>Upper bound of the factor that each image of a mosaic is scaled by in addition, in (0, 2].</summary>
    public double MosaicMaxScale { get; init; } = 1;

    /// <summary>
    /// Probability of mixup, in [0, 1]: the sample is blended with another image, and has the boxes of both, as in Zhang et al., "Bag of Freebies". The loss is
    /// not weighted: instead, boxes of an image with a weight below <see cref="MinVisible"/> are ignored regions.
    /// </summary>
    public double Mixup { get; init; }

    /// <summary>Both parameters of the beta distribution that the weight of mixup is drawn from, in [1, 100]. Larger values give more even blends.</summary>
    public double MixupBeta { get; init; } = 1.5;

    /// <summary>
    /// Probability of copy-paste, in [0, 1]: objects of another image, cut out by their boxes, are pasted at random positions, after Ghiasi et al. Use it for
    /// rare objects on varied backgrounds.
    /// </summary>
    public double CopyPaste { get; init; }

    /// <summary>Maximum fraction of any object that pasted objects may cover, in [0, 1]. An object that finds no such position is not pasted.</summary>
    public double CopyPasteMaxCover { get; init; } = .3;

    /// <summary>
    /// Point at which mosaic, mixup and copy-paste end, as a fraction of all epochs, in [0, 1]: later epochs train on images as they are at inference, with the
    /// other augmentations. YOLOX (Ge et al.) ends them 15 of 300 epochs before the end, which is .95. 1: they never end.
    /// </summary>
    public double CompositionEnd { get; init; } = 1;

    /// <summary>Probability of a Gaussian blur, in [0, 1]. Use it if images at inference may be out of focus.</summary>
    public double Blur { get; init; }

    /// <summary>Maximum standard deviation of the blur in pixels at the input size, in [0.1, 20]. The minimum is 0.1.</summary>
    public double BlurMaxSigma { get; init; } = 2;

    /// <summary>Probability of artifacts of JPEG compression, in [0, 1]. Use it if images at inference are compressed more than those of training.</summary>
    public double JpegNoise { get; init; }

    /// <summary>Minimum quality of the compression, an integer in [1, 95]. The maximum is 95.</summary>
    public int JpegMinQuality { get; init; } = 30;

    /// <summary>
    /// Minimum fraction of a box's area that must remain visible after cropping, translation and copy-paste, in [0, 1]. A box with less is removed from the
    /// ground truth, and the loss ignores anchors on its visible part.
    /// </summary>
    public double MinVisible { get; init; } = .3;

    /// <summary>Settings without any augmentation.</summary>
    public static AugmentationSettings None { get; } = new() { HorizontalFlip = 0 };

    /// <summary>
    /// Largest factor by which a part of an image is scaled beyond the input size: images are decoded at this resolution, as far as they have it.
    /// </summary>
    internal double MaxZoom => MaxScale * Math.Max(1, Mosaic > 0 ? MosaicMaxScale : 1) / (Crop > 0 ? CropMinSide : 1);

    /// <summary>
    /// Returns the settings with the large-scale jitter of Ghiasi et al., "Simple Copy-Paste": scale factors from 0.1 to 2 and samples of a fixed size.
    /// </summary>
    public AugmentationSettings WithLargeScaleJitter() => this with { MinScale = .1, MaxScale = 2, FixedSize = true };

    /// <summary>Returns the settings with multi-scale training: input sizes from 0.75 to 1.25 times that of inference.</summary>
    public AugmentationSettings WithMultiScale() => this with { MinInputScale = .75, MaxInputScale = 1.25 };

    /// <summary>
    /// Returns the input sizes that multi-scale training draws from, one for each optimizer step, in ascending order: all whose short side is a multiple of 32
    /// from <see cref="MinInputScale"/> to <see cref="MaxInputScale"/> times that of an input size, with the same aspect ratio. If both factors are 1, it is
    /// the input size itself.
    /// </summary>
    /// <param name="input">Input size of inference.</param>
    /// <exception cref="ArgumentException">There is no such size, or one is too large.</exception>
    public IReadOnlyList<InputSize> GetInputSizes(InputSize input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (MinInputScale == 1 && MaxInputScale == 1)
            return [input];
        var (first, last) = ((int)Math.Ceiling(MinInputScale * input.Short / InputSizeStep), (int)Math.Floor(MaxInputScale * input.Short / InputSizeStep));
        if (first > last)
        {
            throw new ArgumentException(
                $"Input scale from {MinInputScale} to {MaxInputScale}: there is no multiple of {InputSizeStep} between {MinInputScale * input.Short} and {MaxInputScale * input.Short}. Widen the range.");
        }

        InputSize[] sizes = [.. Enumerable.Range(first, last - first + 1).Select(step => input with { Short = step * InputSizeStep, Long = (int)Math.Round((double)step * InputSizeStep * input.Long / input.Short) })];
        sizes[^1].Validate();
        return sizes;
    }

    /// <summary>Returns the number of epochs, from the first, with mosaic, mixup and copy-paste: <see cref="CompositionEnd"/> times all, rounded.</summary>
    /// <param name="epochs">Number of all epochs.</param>
    internal int GetComposedEpochs(int epochs) => (int)Math.Round(CompositionEnd * epochs);

    /// <summary>Returns the settings without mosaic, mixup and copy-paste.</summary>
    internal AugmentationSettings WithoutComposition() => this with { Mosaic = 0, Mixup = 0, CopyPaste = 0 };

    /// <summary>Validates all values.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names the setting and its range.</exception>
    public void Validate()
    {
        RequireFraction("Horizontal flip", HorizontalFlip, 1);
        RequireFraction("Vertical flip", VerticalFlip, 1);
        RequireFraction("Rotation by 90 degrees", Rotate90, 1);
        RequireFraction("Crop", Crop, 1);
        Require("Minimum side of a crop", CropMinSide, .1, 1);
        Require("Minimum input scale", MinInputScale, .1, 4);
        Require("Maximum input scale", MaxInputScale, MinInputScale, 4);
        RequireFraction("Translation", Translate, .5);
        RequireFraction("Brightness", Brightness, 1);
        RequireFraction("Contrast", Contrast, 1);
        RequireFraction("Saturation", Saturation, 1);
        RequireFraction("Hue", Hue, .5);
        RequireFraction("Mosaic", Mosaic, 1);
        if (!(MosaicMinScale > 0 && MosaicMinScale <= MosaicMaxScale && MosaicMaxScale <= 2))
            throw new ArgumentException($"Mosaic scale from {MosaicMinScale} to {MosaicMaxScale}: must rise within (0, 2].");
        RequireFraction("Mixup", Mixup, 1);
        Require("Mixup beta", MixupBeta, 1, 100);
        RequireFraction("Copy-paste", CopyPaste, 1);
        RequireFraction("Covered share of copy-paste", CopyPasteMaxCover, 1);
        RequireFraction("End of mosaic, mixup and copy-paste", CompositionEnd, 1);
        RequireFraction("Blur", Blur, 1);
        Require("Maximum sigma of the blur", BlurMaxSigma, .1, 20);
        RequireFraction("JPEG noise", JpegNoise, 1);
        Require("Minimum JPEG quality", JpegMinQuality, 1, 95);
        RequireFraction("Visible share", MinVisible, 1);
        if (!(MinScale > 0 && MinScale <= MaxScale && MaxScale <= 8))
            throw new ArgumentException($"Scale from {MinScale} to {MaxScale}: must rise within (0, 8].");
    }

    private static void RequireFraction(string name, double value, double max) => Require(name, value, 0, max);

    private static void Require(string name, double value, double min, double max)
    {
        if (!(value >= min && value <= max))
            throw new ArgumentException($"{name} {value}: must be in [{min}, {max}].");
    }
}
