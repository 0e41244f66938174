using RetinaSharp.Detection.Configuration;
using RetinaSharp.Experiments.Demo;

namespace RetinaSharp.Experiments.Tests.Demo;

public sealed class DemoSettingsTests
{
    [Fact]
    public void CrossEntropy_ApartFromTheLoss_IsTheFocalRun()
    {
        Assert.Equal(ClassificationLossKind.Focal, DemoSettings.Focal.Loss.Classification);
        Assert.Equal(ClassificationLossKind.CrossEntropy, DemoSettings.CrossEntropy.Loss.Classification);
        Assert.Null(DemoSettings.CrossEntropy.Loss.Alpha);
        Assert.Equal(DemoSettings.Focal, DemoSettings.CrossEntropy with { Loss = DemoSettings.Focal.Loss });
    }

    [Fact]
    public void Settings_AllOfThem_AreInRange()
    {
        DemoSettings.Scenes.Validate();
        DemoSettings.Focal.Validate();
        DemoSettings.CrossEntropy.Validate();
    }

    [Fact]
    public void Focal_ItsAnchorsAndSize_AreThoseOfPresetTiny()
    {
        // The ratio of background to foreground that the recipe states holds for the demo, too.
        Assert.Equal(Presets.Tiny.Model.Anchors, DemoSettings.Focal.Model.Anchors);
        Assert.Equal(Presets.Tiny.Input, DemoSettings.Focal.Input);
        Assert.Equal(Presets.Tiny.Assigner, DemoSettings.Focal.Assigner);
    }
}
