using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Experiments.Tuning;

/// <summary>
/// The settings that a search varies, around those that it starts from. A setting without effect is left out, such as γ with cross entropy.
/// </summary>
public static class SearchSpace
{
    // Sides of scaled images are multiples of this number of pixels.
    private const int SizeStep = 16;

    private const int MaxSide = 16384;

    /// <summary>
    /// Version of the search space, which the state of a search records. It rises when the same start leads to other trials, because a search that is continued with them
    /// would train its trials again. Version 0 varied α also for losses without it, and left the hue as it was.
    /// </summary>
    internal const int Version = 1;

    /// <summary>Lists the dimensions of the search.</summary>
    /// <param name="start">The settings that the search starts from.</param>
    public static IReadOnlyList<TuningDimension> Create(RunSettings start)
    {
        ArgumentNullException.ThrowIfNull(start);
        var (loss, training) = (start.Loss, start.Training);
        return
        [
            Around("learning rate", training.LearningRate, 4, (s, value) => s with { Training = s.Training with { LearningRate = value } }),
            InputSize(start.Input),
            .. loss is { HasGamma: true, Gamma: > 0 } ? [Around("γ", loss.Gamma, 2, (s, value) => s with { Loss = s.Loss with { Gamma = value } })] : NoDimension,
            .. loss is { HasAlpha: true, Alpha: > 0 and < 1 and var alpha } ? [Around("α", alpha, 2, (s, value) => s with { Loss = s.Loss with { Alpha = value } }, max: .95)] : NoDimension,
            AugmentationStrength(start.Augmentation),
            .. training.WeightDecay > 0 ? [Around("weight decay", training.WeightDecay, 5, (s, value) => s with { Training = s.Training with { WeightDecay = value } })] : NoDimension,
            .. loss.BoxWeight > 0 ? [Around("box loss weight", loss.BoxWeight, 2, (s, value) => s with { Loss = s.Loss with { BoxWeight = value } })] : NoDimension,
        ];
    }

    /// <summary>Returns whether the trials of a search differ from those that an earlier version of the search space had.</summary>
    /// <param name="version">The earlier version.</param>
    /// <param name="start">The settings that the search starts from.</param>
    internal static bool DiffersFrom(int version, RunSettings start) =>
        version < 1 && (start.Augmentation.Hue > 0 || start.Loss is { HasAlpha: false, Alpha: > 0 and < 1 });

    private static TuningDimension[] NoDimension => [];

    private static TuningDimension Around(string name, double preset, double factor, Func<RunSettings, double, RunSettings> apply, double max = double.MaxValue) =>
        new(name, preset, preset / factor, Math.Max(preset, Math.Min(preset * factor, max)), IsLogarithmic: true, apply);

    /// <summary>Three quarters of the input size, the size itself, and five quarters of it; the value is the short side in pixels.</summary>
    private static TuningDimension InputSize(InputSize input)
    {
        double[] steps = [.. new[] { .75, 1, 1.25 }.Select(factor => factor == 1 ? input.Short : SizeStep * Math.Max(1, Math.Round(factor * input.Short / SizeStep))).Distinct().Where(IsPossible)];
        return new("input size", input.Short, steps[0], steps[^1], IsLogarithmic: true, (s, side) => s with { Input = Scaled(side) }) { Steps = steps };

        InputSize Scaled(double side) => side == input.Short ? input : input with { Short = (int)side, Long = (int)Math.Round(side * input.Long / input.Short) };

        bool IsPossible(double side) => side == input.Short || side * input.Long / input.Short <= MaxSide;
    }

    /// <summary>
    /// A factor of all random changes of scale, position and color. 1 is the augmentation of the preset; if that has no such changes, 1 is that of
    /// <see cref="Presets.Small"/>, and the preset is 0.
    /// </summary>
    private static TuningDimension AugmentationStrength(AugmentationSettings preset)
    {
        var isJittered = preset is not { MinScale: 1, MaxScale: 1, Translate: 0, Brightness: 0, Contrast: 0, Saturation: 0, Hue: 0 };
        var unit = isJittered ? preset : Presets.Small.Augmentation;
        return new("augmentation strength", isJittered ? 1 : 0, 0, 2, IsLogarithmic: false, (s, strength) => s with
        {
            Augmentation = s.Augmentation with
            {
                MinScale = strength == 1 ? unit.MinScale : Math.Clamp(Math.Pow(unit.MinScale, strength), Math.Min(.1, unit.MinScale), 8),
                MaxScale = strength == 1 ? unit.MaxScale : Math.Min(8, Math.Pow(unit.MaxScale, strength)),
                Translate = Math.Min(.5, strength * unit.Translate),
                Brightness = Math.Min(1, strength * unit.Brightness),
                Contrast = Math.Min(1, strength * unit.Contrast),
                Saturation = Math.Min(1, strength * unit.Saturation),
                Hue = Math.Min(.5, strength * unit.Hue),
            },
        });
    }
}
