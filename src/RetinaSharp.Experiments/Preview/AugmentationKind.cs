using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Experiments.Preview;

/// <summary>One kind of augmentation, to be shown alone.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsOn">Whether the run uses it.</param>
/// <param name="Settings">Settings with this augmentation alone, which is always applied: as strong as in the run, or typical if the run does not use it.</param>
internal sealed record AugmentationKind(string Name, bool IsOn, AugmentationSettings Settings)
{
    private static readonly AugmentationSettings None = AugmentationSettings.None;

    /// <summary>Lists all kinds.</summary>
    /// <param name="run">The augmentation of the run.</param>
    public static IReadOnlyList<AugmentationKind> List(AugmentationSettings run)
    {
        var scales = (run.MinScale, run.MaxScale) != (1, 1);
        var resizes = (run.MinInputScale, run.MaxInputScale) != (1, 1);
        var none = None with { MinVisible = run.MinVisible };
        return
        [
            new("horizontal flip", run.HorizontalFlip > 0, none with { HorizontalFlip = 1 }),
            new("vertical flip", run.VerticalFlip > 0, none with { VerticalFlip = 1 }),
            new("rotation by 90°", run.Rotate90 > 0, none with { Rotate90 = 1 }),
            new("crop", run.Crop > 0, none with { Crop = 1, CropMinSide = run.CropMinSide }),
            new("scale", scales && !run.FixedSize, scales && !run.FixedSize ? none with { MinScale = run.MinScale, MaxScale = run.MaxScale } : none with { MinScale = .5, MaxScale = 1.5 }),
            new("large-scale jitter", run.FixedSize, run.FixedSize ? none with { MinScale = run.MinScale, MaxScale = run.MaxScale, FixedSize = true } : none.WithLargeScaleJitter()),
            new("multi-scale", resizes, resizes ? none with { MinInputScale = run.MinInputScale, MaxInputScale = run.MaxInputScale } : none.WithMultiScale()),
            new("translation", run.Translate > 0, none with { Translate = Or(run.Translate, .2) }),
            new("brightness", run.Brightness > 0, none with { Brightness = Or(run.Brightness, .4) }),
            new("contrast", run.Contrast > 0, none with { Contrast = Or(run.Contrast, .4) }),
            new("saturation", run.Saturation > 0, none with { Saturation = Or(run.Saturation, .7) }),
            new("hue", run.Hue > 0, none with { Hue = Or(run.Hue, .1) }),
            new("mosaic", run.Mosaic > 0, none with { Mosaic = 1, MosaicMinScale = run.MosaicMinScale, MosaicMaxScale = run.MosaicMaxScale }),
            new("mixup", run.Mixup > 0, none with { Mixup = 1, MixupBeta = run.MixupBeta }),
            new("copy-paste", run.CopyPaste > 0, none with { CopyPaste = 1, CopyPasteMaxCover = run.CopyPasteMaxCover }),
            new("blur", run.Blur > 0, none with { Blur = 1, BlurMaxSigma = run.BlurMaxSigma }),
            new("JPEG noise", run.JpegNoise > 0, none with { JpegNoise = 1, JpegMinQuality = run.JpegMinQuality }),
        ];

        static double Or(double strength, double typical) => strength > 0 ? strength : typical;
    }
}
