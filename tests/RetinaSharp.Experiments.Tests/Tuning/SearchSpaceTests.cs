using RetinaSharp.Detection.Configuration;
using RetinaSharp.Experiments.Tuning;
using RetinaSharp.Inference;

namespace RetinaSharp.Experiments.Tests.Tuning;

public sealed class SearchSpaceTests
{
    [Fact]
    public void Draw_EveryPresetAndLoss_GivesValidSettings()
    {
        foreach (var preset in Presets.Names)
            foreach (var loss in Enum.GetValues<ClassificationLossKind>())
            {
                var start = Presets.Named(preset).WithClassification(loss);
                var dimensions = SearchSpace.Create(start);

                Assert.Distinct(dimensions.Select(dimension => dimension.Name));
                Assert.Equal(SettingsJson.Write(start), SettingsJson.Write(Apply(start, dimensions, 0)));
                for (var trial = 1; trial < 30; trial++)
                    Apply(start, dimensions, trial).Validate();
            }
    }

    [Fact]
    public void Draw_ManyTrials_FillsTheRangeOfEachDimension()
    {
        foreach (var dimension in SearchSpace.Create(Presets.Small))
        {
            var values = Enumerable.Range(1, 300).Select(trial => dimension.Draw(1, trial)).ToList();

            Assert.All(values, value => Assert.InRange(value, dimension.Low, dimension.High));
            var scale = dimension.IsLogarithmic ? (Func<double, double>)Math.Log : value => value;
            var (low, high) = (scale(dimension.Low), scale(dimension.High));
            Assert.InRange(values.Average(scale), low + .4 * (high - low), low + .6 * (high - low));
            Assert.True(values.Max(scale) - values.Min(scale) > .9 * (high - low), dimension.Name);
        }
    }

    [Fact]
    public void Draw_SameSeedAndTrial_GivesTheSameValue()
    {
        var (one, other) = (SearchSpace.Create(Presets.Small), SearchSpace.Create(Presets.Small));

        Assert.Equal(one.Select(dimension => dimension.Draw(3, 7)), other.Select(dimension => dimension.Draw(3, 7)));
        Assert.NotEqual(one.Select(dimension => dimension.Draw(3, 7)), other.Select(dimension => dimension.Draw(4, 7)));
    }

    [Fact]
    public void Create_SettingsWithoutEffect_AreLeftOut()
    {
        var start = Presets.Tiny with { Training = Presets.Tiny.Training with { WeightDecay = 0 }, Loss = Presets.Tiny.Loss with { BoxWeight = 0 } };

        Assert.Equal(["learning rate", "input size", "augmentation strength"],
            SearchSpace.Create(start.WithClassification(ClassificationLossKind.CrossEntropy)).Select(dimension => dimension.Name));
    }

    [Theory]
    [InlineData(ClassificationLossKind.Focal, true, true)]
    [InlineData(ClassificationLossKind.CrossEntropy, true, false)]
    [InlineData(ClassificationLossKind.QualityFocal, false, true)]
    [InlineData(ClassificationLossKind.Asymmetric, false, true)]
    [InlineData(ClassificationLossKind.Seesaw, false, false)]
    public void Create_LossWithoutAlphaOrGamma_DoesNotSearchThem(ClassificationLossKind loss, bool alpha, bool gamma)
    {
        // As a configuration file may leave them.
        var start = Presets.Small with { Loss = Presets.Small.Loss with { Classification = loss, Alpha = .25, Gamma = 2 } };

        var names = SearchSpace.Create(start).Select(dimension => dimension.Name).ToList();

        Assert.Equal((alpha, gamma), (names.Contains("α"), names.Contains("γ")));
    }

    [Fact]
    public void Create_InputSize_HasThreeStepsOfTheSameAspect()
    {
        var size = Dimension(Presets.R50, "input size");

        Assert.Equal([608, 800, 992], size.Steps!.Order());
        var input = size.Apply(Presets.R50, 608).Input;
        Assert.Equal((608, 1013), (input.Short, input.Long));
        // Images that are stretched to a square stay so.
        var square = Presets.R50 with { Input = InputSize.Square(800) };
        Assert.Equal(InputSize.Square(608), Dimension(square, "input size").Apply(square, 608).Input);
    }

    [Fact]
    public void Create_AugmentationStrength_ScalesTheJitter()
    {
        var strength = Dimension(Presets.Small, "augmentation strength");

        var (none, twice) = (strength.Apply(Presets.Small, 0).Augmentation, strength.Apply(Presets.Small, 2).Augmentation);

        Assert.Equal((1, 1, 0, 0), (none.MinScale, none.MaxScale, none.Translate, none.Brightness));
        Assert.Equal((.7225, 1.44, .1, .2), (Math.Round(twice.MinScale, 6), Math.Round(twice.MaxScale, 6), twice.Translate, twice.Contrast));
        Assert.Equal(Presets.Small.Augmentation.VerticalFlip, twice.VerticalFlip);
        // A preset without jitter has strength 0.
        Assert.Equal(0, Dimension(Presets.Tiny, "augmentation strength").Preset);
    }

    [Fact]
    public void Create_AugmentationStrength_ScalesTheHue()
    {
        var start = Presets.Tiny with { Augmentation = Presets.Tiny.Augmentation with { Hue = .3 } };
        var strength = Dimension(start, "augmentation strength");

        // Hue alone is jitter, too, so that the strength is not that of another preset.
        Assert.Equal(1, strength.Preset);
        Assert.Equal((0.0, .15, .5), (Hue(0), Hue(.5), Hue(2)));

        double Hue(double value) => strength.Apply(start, value).Augmentation.Hue;
    }

    private static TuningDimension Dimension(RunSettings start, string name) => SearchSpace.Create(start).Single(dimension => dimension.Name == name);

    private static RunSettings Apply(RunSettings start, IReadOnlyList<TuningDimension> dimensions, int trial) =>
        dimensions.Aggregate(start, (settings, dimension) => dimension.Apply(settings, dimension.Draw(5, trial)));
}
