using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Tests;

public sealed class RunSettingsTests
{
    private static readonly Dictionary<string, (string Value, Func<RunSettings, object?> Setting, object? Expected)> Cases = new()
    {
        ["--compat"] = ("torchvision", Compatibility.Describe, "torchvision"),
        ["--weights"] = ("imagenet", s => s.Weights, "imagenet"),
        ["--backbone"] = ("r34", s => s.Model.Depth, 34),
        ["--neck"] = ("pafpn", s => s.Model.Neck, NeckKind.Pafpn),
        ["--width"] = (".125", s => s.Model.Width, .125),
        ["--norm"] = ("group", s => s.Model.Norm, NormKind.Group),
        ["--freeze"] = ("3", s => s.Training.Freeze, 3),
        ["--levels"] = ("2-6", s => (s.Model.Anchors.MinLevel, s.Model.Anchors.MaxLevel), (2, 6)),
        ["--scales"] = ("1,1.5", s => string.Join(' ', s.Model.Anchors.Scales), "1 1.5"),
        ["--ratios"] = ("1", s => string.Join(' ', s.Model.Anchors.Ratios), "1"),
        ["--prior"] = (".02", s => s.Model.Prior, .02),
        ["--size"] = ("300,400", s => s.Input, new InputSize(300, 400)),
        ["--tile"] = ("640", s => s.Tile, 640),
        ["--head"] = ("points", s => (s.Model.Head, s.Model.Centerness, s.Model.Anchors.AnchorsPerCell, s.Assigner.Kind), (HeadKind.Points, true, 1, AssignerKind.Center)),
        ["--box-head"] = ("distribution", s => s.Model.BoxHead, BoxHeadKind.Distribution),
        ["--assigner"] = ("simota", s => s.Assigner.Kind, AssignerKind.SimOta),
        ["--mosaic"] = (".5", s => s.Augmentation.Mosaic, .5),
        ["--mixup"] = (".25", s => s.Augmentation.Mixup, .25),
        ["--copy-paste"] = (".75", s => s.Augmentation.CopyPaste, .75),
        ["--large-scale-jitter"] = ("", s => (s.Augmentation.MinScale, s.Augmentation.MaxScale), (.1, 2.0)),
        ["--multi-scale"] = ("", s => (s.Augmentation.MinInputScale, s.Augmentation.MaxInputScale), (.75, 1.25)),
        ["--repeat-factor"] = (".01", s => s.Training.RepeatFactor, .01),
        ["--loss"] = ("ce", s => (s.Loss.Classification, s.Loss.Alpha), (ClassificationLossKind.CrossEntropy, (double?)null)),
        ["--sampling"] = ("ohem", s => (s.Loss.Sampling.Kind, s.Loss.Classification, s.Loss.Alpha), (SamplingKind.Ohem, ClassificationLossKind.CrossEntropy, (double?)null)),
        ["--sampling-batch"] = ("64", s => s.Loss.Sampling.Batch, 64),
        ["--sampling-nms"] = (".7", s => s.Loss.Sampling.NmsIouThreshold, .7),
        ["--sampling-ratio"] = ("2", s => s.Loss.Sampling.Ratio, 2),
        ["--beta"] = ("1.5 --loss focal-star", s => s.Loss.StarBeta, 1.5),
        ["--gamma"] = ("0.5", s => s.Loss.Gamma, .5),
        ["--alpha"] = ("off", s => s.Loss.Alpha, null),
        ["--box-loss"] = ("l1", s => s.Loss.Box, BoxLossKind.L1),
        ["--epochs"] = ("7", s => s.Training.Epochs, 7),
        ["--batch"] = ("3", s => s.Training.Batch, 3),
        ["--accumulate"] = ("4", s => s.Training.Accumulate, 4),
        ["--shards"] = ("4", s => s.Training.Shards, 4),
        ["--lr"] = ("3e-4", s => s.Training.LearningRate, 3e-4),
        ["--schedule"] = ("step", s => s.Training.Schedule, ScheduleKind.Step),
        ["--warm-up"] = ("17", s => s.Training.WarmUp, 17),
        ["--optimizer"] = ("sgd", s => s.Training.Optimizer, OptimizerKind.Sgd),
        ["--clip"] = ("0", s => s.Training.Clip, 0.0),
        ["--ema"] = ("0.5", s => s.Training.Ema, .5),
        ["--early-stop"] = ("6", s => s.Training.EarlyStop, 6),
        ["--seed"] = ("9000000000", s => s.Training.Seed, 9000000000),
    };

    public static TheoryData<string> Options => [.. TrainingOptions.CreateAll().Select(setting => setting.Option.Name)];

    [Theory]
    [MemberData(nameof(Options))]
    public void Get_OneOption_ChangesItsSettingOnly(string name)
    {
        var (value, setting, expected) = Cases[name];

        var settings = Get([name, .. value.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.NotEqual(expected, setting(Presets.Small));
        Assert.Equal(expected, setting(settings));
        Assert.Equal(Lines(Presets.Small).Length, Lines(settings).Length, tolerance: name == "--head" ? 6.0 : 2.0);
        Assert.InRange(Lines(settings).Except(Lines(Presets.Small)).Count(), 1, name switch { "--compat" or "--head" => 8, "--sampling" or "--large-scale-jitter" or "--beta" => 3, _ => 2 });
    }

    [Fact]
    public void Get_PresetConfigAndOption_LaterOnesOverride()
    {
        using var folder = new TemporaryFolder();
        var config = folder.Write("config.json", """{"training": {"epochs": 5, "batch": 6}}""");

        var settings = Get("--epochs", "9", "--config", config, "--preset", "tiny");

        Assert.Equal((9, 6, .25), (settings.Training.Epochs, settings.Training.Batch, settings.Model.Width));
    }

    [Fact]
    public void Get_NoOption_IsTheSmallPreset() => Assert.Same(Presets.Small, Get());

    [Fact]
    public void Get_ConfigWithAnUnknownSetting_Throws()
    {
        using var folder = new TemporaryFolder();

        Assert.Throws<DatasetException>(() => Get("--config", folder.Write("config.json", """{"training": {"speed": 5}}""")));
    }

    [Theory]
    [InlineData("800", 800, 1333)]
    [InlineData("400", 400, 666)]
    [InlineData("240x320", 240, 320)]
    [InlineData("240,320", 240, 320)]
    public void Get_SizeOfOneOrTwoNumbers_IsShortAndLongSide(string text, int shortSide, int longSide) =>
        Assert.Equal(new(shortSide, longSide), Get("--size", text).Input);

    [Fact]
    public void Get_SizeWithAnExclamationMark_StretchesToASquare() => Assert.Equal(InputSize.Square(300), Get("--size", "300!").Input);

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("300x400!")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("99999999999")]
    [InlineData("2000000000")]
    [InlineData("1x2x3")]
    public void Parse_BadSize_IsAnErrorThatNamesTheOption(string text)
    {
        var (options, command) = (new RunSettingsOptions(), new Command("train"));
        options.AddTo(command);

        Assert.StartsWith("--size: ", Assert.Single(command.Parse(["--size", text]).Errors).Message);
    }

    [Theory]
    [InlineData("--loss", "ce", "--alpha", ".7")]
    [InlineData("--alpha", ".7", "--loss", "ce")]
    public void Get_LossAndAlpha_KeepsTheAlphaInAnyOrder(params string[] args) => Assert.Equal(.7, Get(args).Loss.Alpha);

    [Theory]
    [InlineData("--alpha", ".25", "--loss", "quality-focal")]
    [InlineData("--alpha", ".25", "--loss", "asymmetric")]
    [InlineData("--alpha", ".25", "--loss", "seesaw")]
    [InlineData("--gamma", "2", "--loss", "ce")]
    [InlineData("--gamma", "2", "--loss", "seesaw")]
    [InlineData("--beta", "1", "--loss", "poly-focal")]
    public void Get_OptionWithoutEffect_ThrowsAndNamesTheLoss(params string[] args) =>
        Assert.StartsWith($"{args[0]} has no effect with the loss {args[3]}: ", Assert.Throws<UsageException>(() => Get(args)).Message);

    [Fact]
    public void Get_AlphaOffForALossWithoutAlpha_IsAccepted() => Assert.Null(Get("--loss", "quality-focal", "--alpha", "off").Loss.Alpha);

    [Fact]
    public void Get_SettingsOfAConfigWithoutEffect_AreAccepted()
    {
        using var folder = new TemporaryFolder();
        var config = folder.Write("config.json", """{"loss": {"classification": "Seesaw", "alpha": 0.3, "gamma": 1, "starBeta": 1}}""");

        var loss = Get("--config", config).Loss;

        Assert.Equal((ClassificationLossKind.Seesaw, (double?)0.3, 1.0), (loss.Classification, loss.Alpha, loss.Gamma));
    }

    [Fact]
    public void Resume_OptionWithoutEffect_IsAcceptedIfTheRunHasIt()
    {
        // A run of a version that accepted the option when it started.
        var run = Presets.Small.WithClassification(ClassificationLossKind.QualityFocal);
        run = run with { Loss = run.Loss with { Alpha = .3 } };

        RequireSame(run, "--preset", "small", "--loss", "quality-focal", "--alpha", ".3");
        Assert.Contains("--alpha 0.4", Assert.Throws<UsageException>(() => RequireSame(run, "--loss", "quality-focal", "--alpha", "0.4")).Message);
    }

    [Theory]
    [InlineData("softmax-focal", ClassificationLossKind.SoftmaxFocal)]
    [InlineData("focal-star", ClassificationLossKind.FocalStar)]
    public void Get_OtherLoss_HasNoAlpha(string loss, ClassificationLossKind kind)
    {
        var settings = Get("--loss", loss);

        Assert.Equal((kind, null), (settings.Loss.Classification, settings.Loss.Alpha));
    }

    [Theory]
    [InlineData("quality-focal", ClassificationLossKind.QualityFocal, null, 2)]
    [InlineData("varifocal", ClassificationLossKind.Varifocal, .75, 2)]
    [InlineData("poly-focal", ClassificationLossKind.PolyFocal, .25, 2)]
    [InlineData("asymmetric", ClassificationLossKind.Asymmetric, null, 4)]
    [InlineData("equalized-focal", ClassificationLossKind.EqualizedFocal, .25, 2)]
    public void Get_DescendantOfFocalLoss_HasItsPapersParameters(string loss, ClassificationLossKind kind, double? alpha, double gamma)
    {
        var settings = Get("--loss", loss).Loss;

        Assert.Equal((kind, alpha, gamma), (settings.Classification, settings.Alpha, settings.Gamma));
    }

    [Fact]
    public void Get_PointsWithAQualityLoss_HaveNoCenterness()
    {
        Assert.True(Get("--head", "points").Model.Centerness);
        Assert.False(Get("--head", "points", "--loss", "quality-focal").Model.Centerness);
    }

    [Theory]
    [InlineData("ohem", 128, null)]
    [InlineData("ratio", 256, 3)]
    [InlineData("hard-negative", 128, 3)]
    public void Get_Sampling_HasItsDefaultsUnlessGiven(string sampling, int batch, int? ratio)
    {
        Assert.Equal((batch, ratio), Of("--sampling", sampling));
        Assert.Equal((64, ratio), Of("--sampling-batch", "64", "--sampling", sampling));
        Assert.Equal((batch, 2), Of("--sampling", sampling, "--sampling-ratio", "2", "--loss", "ce"));

        static (int, int?) Of(params string[] args) => (Get(args).Loss.Sampling.Batch, Get(args).Loss.Sampling.Ratio);
    }

    [Theory]
    [InlineData("--compat", "torchvision", "--box-loss", "smooth-l1")]
    [InlineData("--box-loss", "smooth-l1", "--compat", "torchvision")]
    public void Get_CompatAndAnotherOption_TheOtherOneOverridesInAnyOrder(params string[] args)
    {
        var settings = Get(args);

        Assert.Equal((BoxLossKind.SmoothL1, NormalizerKind.PerImage), (settings.Loss.Box, settings.Loss.Normalizer));
        RequireSame(settings, args);
        Assert.Contains("--compat detectron2", Assert.Throws<UsageException>(() => RequireSame(settings, "--compat", "detectron2")).Message);
        Assert.Contains("--box-loss giou", Assert.Throws<UsageException>(() => RequireSame(settings, "--compat", "torchvision", "--box-loss", "giou")).Message);
    }

    [Fact]
    public void Get_SamplingWithAnotherLoss_ThrowsWithTheRemedy() =>
        Assert.Contains("or no sampling", Assert.Throws<UsageException>(() => Get("--sampling", "ohem", "--loss", "focal")).Message);

    [Fact]
    public void Get_SamplingAndAlpha_KeepsTheAlpha() => Assert.Equal(.4, Get("--alpha", ".4", "--sampling", "ratio").Loss.Alpha);

    private static RunSettings Get(params string[] args)
    {
        var (options, command) = (new RunSettingsOptions(), new Command("train"));
        options.AddTo(command);
        var parse = command.Parse(args);
        Assert.Empty(parse.Errors);
        return options.Get(parse);
    }

    private static void RequireSame(RunSettings run, params string[] args)
    {
        var (options, command) = (new RunSettingsOptions(), new Command("train"));
        options.AddTo(command);
        options.Resume(command.Parse(args), run);
    }

    private static string[] Lines(RunSettings settings) => SettingsJson.Write(settings).Split('\n');
}
