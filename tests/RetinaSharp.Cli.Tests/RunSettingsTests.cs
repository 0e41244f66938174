using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;

namespace RetinaSharp.Cli.Tests;

public sealed class RunSettingsTests
{
    private static readonly Dictionary<string, (string Given, Func<RunSettings, object?> Setting, object? Expected)> Cases = new()
    {
        ["--compat"] = ("torchvision", Compatibility.Describe, "torchvision"),
        ["--backbone"] = ("r34", s => s.Model.Depth, 34),
        ["--width"] = (".125", s => s.Model.Width, .125),
        ["--norm"] = ("group", s => s.Model.Norm, NormKind.Group),
        ["--freeze"] = ("3", s => s.Training.Freeze, 3),
        ["--levels"] = ("2-6", s => (s.Model.Anchors.MinLevel, s.Model.Anchors.MaxLevel), (2, 6)),
        ["--scales"] = ("1,1.5", s => string.Join(' ', s.Model.Anchors.Scales), "1 1.5"),
        ["--ratios"] = ("1", s => string.Join(' ', s.Model.Anchors.Ratios), "1"),
        ["--prior"] = (".02", s => s.Model.Prior, .02),
        ["--size"] = ("300,400", s => s.Input, new InputSize(300, 400)),
        ["--loss"] = ("ce", s => (s.Loss.Classification, s.Loss.Alpha), (ClassificationLossKind.CrossEntropy, (double?)null)),
        ["--sampling"] = ("ohem", s => (s.Loss.Sampling.Kind, s.Loss.Classification, s.Loss.Alpha), (SamplingKind.Ohem, ClassificationLossKind.CrossEntropy, (double?)null)),
        ["--sampling-batch"] = ("64", s => s.Loss.Sampling.Batch, 64),
        ["--sampling-nms"] = (".7", s => s.Loss.Sampling.NmsIou, .7),
        ["--sampling-ratio"] = ("2", s => s.Loss.Sampling.Ratio, 2),
        ["--beta"] = ("1.5", s => s.Loss.StarBeta, 1.5),
        ["--gamma"] = ("0.5", s => s.Loss.Gamma, .5),
        ["--alpha"] = ("off", s => s.Loss.Alpha, null),
        ["--box-loss"] = ("l1", s => s.Loss.Box, BoxLossKind.L1),
        ["--epochs"] = ("7", s => s.Training.Epochs, 7),
        ["--batch"] = ("3", s => s.Training.Batch, 3),
        ["--accumulate"] = ("4", s => s.Training.Accumulate, 4),
        ["--lr"] = ("3e-4", s => s.Training.LearningRate, 3e-4),
        ["--schedule"] = ("step", s => s.Training.Schedule, ScheduleKind.Step),
        ["--warm-up"] = ("17", s => s.Training.WarmUp, 17),
        ["--optimizer"] = ("sgd", s => s.Training.Optimizer, OptimizerKind.Sgd),
        ["--clip"] = ("0", s => s.Training.Clip, 0.0),
        ["--ema"] = ("0.5", s => s.Training.Ema, .5),
        ["--early-stop"] = ("6", s => s.Training.EarlyStop, 6),
        ["--seed"] = ("9000000000", s => s.Training.Seed, 9000000000),
    };

    public static TheoryData<string> Options => [.. TrainingOptions.Table.Select(option => option.Name)];

    [Theory]
    [MemberData(nameof(Options))]
    public void Read_OneOption_ChangesItsSettingAndNoOther(string name)
    {
        var (given, setting, expected) = Cases[name];

        var settings = Read(name, given);

        Assert.NotEqual(expected, setting(Presets.Small));
        Assert.Equal(expected, setting(settings));
        Assert.Equal(Lines(Presets.Small).Length, Lines(settings).Length, tolerance: 2.0);
        Assert.InRange(Lines(settings).Except(Lines(Presets.Small)).Count(), 1, name switch { "--compat" => 7, "--sampling" => 3, _ => 2 });
    }

    [Fact]
    public void Read_PresetConfigAndOption_TheLatterWins()
    {
        using var folder = new TemporaryFolder();
        var config = folder.Write("config.json", """{"training": {"epochs": 5, "batch": 6}}""");

        var settings = Read("--epochs", "9", "--config", config, "--preset", "tiny");

        Assert.Equal((9, 6, .25), (settings.Training.Epochs, settings.Training.Batch, settings.Model.Width));
    }

    [Fact]
    public void Read_NothingGiven_IsTheSmallPreset() => Assert.Same(Presets.Small, Read());

    [Fact]
    public void Read_ConfigWithAnUnknownSetting_Throws()
    {
        using var folder = new TemporaryFolder();

        Assert.Throws<DatasetException>(() => Read("--config", folder.Write("config.json", """{"training": {"speed": 5}}""")));
    }

    [Theory]
    [InlineData("800", 800, 1333)]
    [InlineData("400", 400, 666)]
    [InlineData("240x320", 240, 320)]
    [InlineData("240,320", 240, 320)]
    public void Size_OneOrTwoNumbers_AreShortAndLongSide(string text, int shortSide, int longSide) =>
        Assert.Equal(new(shortSide, longSide), OptionValue.Size(text));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("99999999999")]
    [InlineData("2000000000")]
    [InlineData("1x2x3")]
    public void Size_Nonsense_Throws(string text) => Assert.Throws<FormatException>(() => OptionValue.Size(text));

    [Theory]
    [InlineData("--loss", "ce", "--alpha", ".7")]
    [InlineData("--alpha", ".7", "--loss", "ce")]
    public void Read_LossAndAlpha_KeepsTheAlphaInAnyOrder(params string[] args) => Assert.Equal(.7, Read(args).Loss.Alpha);

    [Theory]
    [InlineData("softmax-focal", ClassificationLossKind.SoftmaxFocal)]
    [InlineData("focal-star", ClassificationLossKind.FocalStar)]
    public void Read_OtherLoss_HasNoAlpha(string loss, ClassificationLossKind kind)
    {
        var settings = Read("--loss", loss);

        Assert.Equal((kind, null), (settings.Loss.Classification, settings.Loss.Alpha));
    }

    [Theory]
    [InlineData("ohem", 128, null)]
    [InlineData("ratio", 256, 3)]
    [InlineData("hard-negative", 128, 3)]
    public void Read_Sampling_BringsItsUsualSettingsUnlessGiven(string sampling, int batch, int? ratio)
    {
        Assert.Equal((batch, ratio), Of("--sampling", sampling));
        Assert.Equal((64, ratio), Of("--sampling-batch", "64", "--sampling", sampling));
        Assert.Equal((batch, 2), Of("--sampling", sampling, "--sampling-ratio", "2", "--loss", "ce"));

        static (int, int?) Of(params string[] args) => (Read(args).Loss.Sampling.Batch, Read(args).Loss.Sampling.Ratio);
    }

    [Theory]
    [InlineData("--compat", "torchvision", "--box-loss", "smooth-l1")]
    [InlineData("--box-loss", "smooth-l1", "--compat", "torchvision")]
    public void Read_CompatAndAnotherOption_TheLatterHasTheLastWordInAnyOrder(params string[] args)
    {
        var settings = Read(args);

        Assert.Equal((BoxLossKind.SmoothL1, NormalizerKind.PerImage), (settings.Loss.Box, settings.Loss.Normalizer));
        RequireNoOther(settings, args);
        Assert.Contains("--compat detectron2", Assert.Throws<UsageException>(() => RequireNoOther(settings, "--compat", "detectron2")).Message);
        Assert.Contains("--box-loss giou", Assert.Throws<UsageException>(() => RequireNoOther(settings, "--compat", "torchvision", "--box-loss", "giou")).Message);
    }

    [Fact]
    public void Read_SamplingWithAnotherLoss_IsRefusedWithTheRemedy() =>
        Assert.Contains("--loss ce", Assert.Throws<UsageException>(() => Read("--sampling", "ohem", "--loss", "focal")).Message);

    [Fact]
    public void Read_SamplingAndAlpha_KeepsTheAlpha() => Assert.Equal(.4, Read("--alpha", ".4", "--sampling", "ratio").Loss.Alpha);

    private static RunSettings Read(params string[] args)
    {
        var (options, command) = (new RunSettingsOptions(), new Command("train"));
        options.AddTo(command);
        return options.Read(command.Parse(args));
    }

    private static void RequireNoOther(RunSettings run, params string[] args)
    {
        var (options, command) = (new RunSettingsOptions(), new Command("train"));
        options.AddTo(command);
        options.RequireNoOther(command.Parse(args), run);
    }

    private static string[] Lines(RunSettings settings) => SettingsJson.Write(settings).Split('\n');
}
