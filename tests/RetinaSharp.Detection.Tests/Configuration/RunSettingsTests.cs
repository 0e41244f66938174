using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Tests.Configuration;

public class RunSettingsTests
{
    public static TheoryData<string> PresetNames => [.. Presets.Names];

    [Theory]
    [MemberData(nameof(PresetNames))]
    public void Validate_Preset_IsAccepted(string name) => Presets.Named(name).Validate();

    [Theory]
    [InlineData(SamplingKind.None)]
    [InlineData(SamplingKind.Ohem)]
    [InlineData(SamplingKind.Ratio)]
    [InlineData(SamplingKind.HardNegative)]
    public void Validate_UsualSampling_IsAccepted(SamplingKind kind) =>
        new LossSettings { Classification = ClassificationLossKind.CrossEntropy, Sampling = SamplingSettings.ForKind(kind) }.Validate();

    [Fact]
    public void Named_UnknownPreset_ThrowsAndListsThem() =>
        Assert.Contains("tiny, small, pretrained, r50, r101", Assert.Throws<ArgumentException>(() => Presets.Named("huge")).Message);

    [Theory]
    [InlineData("Depth 20")]
    [InlineData("Blocks 2, 2, 2: ")]
    [InlineData("Blocks 2, 2, 0, 2: ")]
    [InlineData("Groups 0")]
    [InlineData("Group width 0")]
    [InlineData("Groups 32 of width 4 with depth 18")]
    [InlineData("Backbone learning rate 0")]
    [InlineData("Weights: the name or path is empty")]
    [InlineData("Width 0")]
    [InlineData("Width NaN")]
    [InlineData("Pyramid channels 4")]
    [InlineData("Head convolutions -1")]
    [InlineData("Prior 0")]
    [InlineData("Prior 1")]
    [InlineData("Levels 1 to 7")]
    [InlineData("Levels 3 to 4")]
    [InlineData("Ratios")]
    [InlineData("Input size 64, 32")]
    [InlineData("IoU thresholds 0.6 and 0.5")]
    [InlineData("Translation 0.7")]
    [InlineData("Gamma -1")]
    [InlineData("Alpha 1.5")]
    [InlineData("Box weight NaN")]
    [InlineData("Gamma 0: must be above 0 for the loss focal-star")]
    [InlineData("Beta NaN of the loss focal-star")]
    [InlineData("Sampling batch 0")]
    [InlineData("Sampling batch 3: must be 4 or more")]
    [InlineData("Sampling NMS threshold 1.5")]
    [InlineData("Sampling ratio 0")]
    [InlineData("Sampling Ratio without a ratio")]
    [InlineData("Sampling HardNegative without a ratio")]
    [InlineData("Sampling Ohem with the loss Focal: sampled anchors learn by cross entropy; choose that loss, or no sampling.")]
    [InlineData("Epochs 0")]
    [InlineData("Batch 0")]
    [InlineData("Accumulate 0")]
    [InlineData("Batch times accumulate 4294967296")]
    [InlineData("Shards 1000000")]
    [InlineData("17 scales and 17 ratios")]
    [InlineData("Learning rate 0")]
    [InlineData("Learning rate NaN")]
    [InlineData("Weight decay -1")]
    [InlineData("Milestones 1")]
    [InlineData("Warm-up -1")]
    [InlineData("Clip -1")]
    [InlineData("EMA 1")]
    [InlineData("Freeze 6")]
    [InlineData("Early stop -1")]
    [InlineData("Repeat factor 2")]
    [InlineData("Repeat factor 0.1: must be 0 with class-balanced sampling")]
    [InlineData("Mosaic 2: must be in [0, 1]")]
    [InlineData("Mosaic scale from 0.9 to 0.5")]
    [InlineData("Input scale from 0.9 to 1.1: there is no multiple of 32 between 36 and 44")]
    [InlineData("Score threshold 1")]
    [InlineData("Candidates 0")]
    [InlineData("NMS threshold NaN")]
    [InlineData("Soft-NMS sigma NaN")]
    [InlineData("Detections 0")]
    public void Validate_OutOfRange_ThrowsAndNamesIt(string said)
    {
        var settings = Wrong(said);

        Assert.Contains(said, Assert.Throws<ArgumentException>(settings.Validate).Message);
    }

    private static RunSettings Wrong(string what)
    {
        var good = new RunSettings();
        var (model, training, loss, inference) = (good.Model, good.Training, good.Loss, good.Inference);
        return what switch
        {
            "Depth 20" => good with { Model = model with { Depth = 20 } },
            "Blocks 2, 2, 2: " => good with { Model = model with { Blocks = [2, 2, 2] } },
            "Blocks 2, 2, 0, 2: " => good with { Model = model with { Blocks = [2, 2, 0, 2] } },
            "Groups 0" => good with { Model = model with { Groups = 0 } },
            "Group width 0" => good with { Model = model with { GroupWidth = 0 } },
            "Groups 32 of width 4 with depth 18" => good with { Model = model with { Depth = 18, Groups = 32, GroupWidth = 4 } },
            "Backbone learning rate 0" => good with { Training = training with { BackboneLearningRate = 0 } },
            "Weights: the name or path is empty" => good with { Weights = " " },
            "Width 0" => good with { Model = model with { Width = 0 } },
            "Width NaN" => good with { Model = model with { Width = double.NaN } },
            "Pyramid channels 4" => good with { Model = model with { PyramidChannels = 4 } },
            "Head convolutions -1" => good with { Model = model with { HeadConvolutions = -1 } },
            "Prior 0" => good with { Model = model with { Prior = 0 } },
            "Prior 1" => good with { Model = model with { Prior = 1 } },
            // The pyramid begins at C2 at the finest, and always has P5.
            "Levels 1 to 7" => good with { Model = model with { Anchors = new() { MinLevel = 1 } } },
            "Levels 3 to 4" => good with { Model = model with { Anchors = new() { MaxLevel = 4 } } },
            "Ratios" => good with { Model = model with { Anchors = new() { Ratios = [] } } },
            "Input size 64, 32" => good with { Input = new(64, 32) },
            "IoU thresholds 0.6 and 0.5" => good with { Assigner = new() { BackgroundIou = .6 } },
            "Translation 0.7" => good with { Augmentation = new() { Translate = .7 } },
            "Gamma -1" => good with { Loss = loss with { Gamma = -1 } },
            "Alpha 1.5" => good with { Loss = loss with { Alpha = 1.5 } },
            "Box weight NaN" => good with { Loss = loss with { BoxWeight = double.NaN } },
            "Gamma 0: must be above 0 for the loss focal-star" => good with { Loss = loss with { Classification = ClassificationLossKind.FocalStar, Gamma = 0 } },
            "Beta NaN of the loss focal-star" => good with { Loss = loss with { StarBeta = double.NaN } },
            "Sampling batch 0" => Sampled(new() { Kind = SamplingKind.Ohem, Batch = 0 }),
            "Sampling batch 3: must be 4 or more" => Sampled(new() { Kind = SamplingKind.Ohem, Batch = 3, Ratio = 3 }),
            "Sampling NMS threshold 1.5" => Sampled(new() { Kind = SamplingKind.Ohem, NmsIouThreshold = 1.5 }),
            "Sampling ratio 0" => Sampled(new() { Kind = SamplingKind.Ratio, Ratio = 0 }),
            "Sampling Ratio without a ratio" => Sampled(new() { Kind = SamplingKind.Ratio }),
            "Sampling HardNegative without a ratio" => Sampled(new() { Kind = SamplingKind.HardNegative }),
            "Sampling Ohem with the loss Focal: sampled anchors learn by cross entropy; choose that loss, or no sampling." => good with { Loss = loss with { Sampling = SamplingSettings.ForKind(SamplingKind.Ohem) } },
            "17 scales and 17 ratios" => good with { Model = model with { Anchors = new() { Scales = [.. Enumerable.Repeat(1.0, 17)], Ratios = [.. Enumerable.Repeat(1.0, 17)] } } },
            "Batch times accumulate 4294967296" => good with { Training = training with { Batch = 1 << 16, Accumulate = 1 << 16 } },
            "Shards 1000000" => good with { Training = training with { Shards = 1_000_000 } },
            "Epochs 0" => good with { Training = training with { Epochs = 0 } },
            "Batch 0" => good with { Training = training with { Batch = 0 } },
            "Accumulate 0" => good with { Training = training with { Accumulate = 0 } },
            "Learning rate 0" => good with { Training = training with { LearningRate = 0 } },
            "Learning rate NaN" => good with { Training = training with { LearningRate = double.NaN } },
            "Weight decay -1" => good with { Training = training with { WeightDecay = -1 } },
            "Milestones 1" => good with { Training = training with { Milestones = [1] } },
            "Warm-up -1" => good with { Training = training with { WarmUp = -1 } },
            "Clip -1" => good with { Training = training with { Clip = -1 } },
            "EMA 1" => good with { Training = training with { Ema = 1 } },
            "Freeze 6" => good with { Training = training with { Freeze = 6 } },
            "Early stop -1" => good with { Training = training with { EarlyStop = -1 } },
            "Repeat factor 2" => good with { Training = training with { RepeatFactor = 2 } },
            "Repeat factor 0.1: must be 0 with class-balanced sampling" => good with { Training = training with { RepeatFactor = .1, ClassBalanced = true } },
            "Mosaic 2: must be in [0, 1]" => good with { Augmentation = new() { Mosaic = 2 } },
            "Mosaic scale from 0.9 to 0.5" => good with { Augmentation = new() { MosaicMinScale = .9, MosaicMaxScale = .5 } },
            "Input scale from 0.9 to 1.1: there is no multiple of 32 between 36 and 44" => good with { Input = new(40, 40), Augmentation = new() { MinInputScale = .9, MaxInputScale = 1.1 } },
            "Score threshold 1" => good with { Inference = inference with { ScoreThreshold = 1 } },
            "Candidates 0" => good with { Inference = inference with { MaxCandidates = 0 } },
            "NMS threshold NaN" => good with { Inference = inference with { NmsIouThreshold = double.NaN } },
            "Soft-NMS sigma NaN" => good with { Inference = inference with { SoftNmsSigma = double.NaN } },
            "Detections 0" => good with { Inference = inference with { MaxDetections = 0 } },
            _ => throw new ArgumentException(what),
        };

        RunSettings Sampled(SamplingSettings sampling) => good with { Loss = loss with { Classification = ClassificationLossKind.CrossEntropy, Sampling = sampling } };
    }

    [Fact]
    public void Pretrained_Preset_HasTheHeadAndAssignerOfItsPublishedResults()
    {
        var settings = Presets.Pretrained;

        Assert.Equal((HeadKind.Points, BoxHeadKind.Distribution, true), (settings.Model.Head, settings.Model.BoxHead, settings.Model.Centerness));
        Assert.Equal((AssignerKind.Atss, BoxLossKind.Giou, ClassificationLossKind.Focal), (settings.Assigner.Kind, settings.Loss.Box, settings.Loss.Classification));
    }

    [Fact]
    public void WithAnchors_Points_BecomesWhatItWas()
    {
        Assert.Equal(SettingsJson.Write(Presets.Tiny), SettingsJson.Write(Presets.Tiny.WithPoints().WithAnchors()));
        Assert.Same(Presets.R50, Presets.R50.WithAnchors());
        // An assigner other than that by centers is kept.
        Assert.Equal(AssignerKind.Atss, Presets.Pretrained.WithAnchors().Assigner.Kind);
        Presets.Pretrained.WithAnchors().Validate();
    }

    [Fact]
    public void WithPoints_Anchors_BecomesOnePointPerCellWithWhatItNeeds()
    {
        var points = Presets.R50.WithPoints();

        Assert.Equal((HeadKind.Points, true, 1), (points.Model.Head, points.Model.Centerness, points.Model.Anchors.AnchorsPerCell));
        Assert.Equal((AssignerKind.Center, BoxLossKind.Giou), (points.Assigner.Kind, points.Loss.Box));
        points.Validate();
        Assert.Same(points, points.WithPoints());
        // An assigner other than the default is kept.
        Assert.Equal(AssignerKind.Atss, (Presets.R50 with { Assigner = new() { Kind = AssignerKind.Atss } }).WithPoints().Assigner.Kind);
    }

    [Theory]
    [InlineData(ClassificationLossKind.QualityFocal, false)]
    [InlineData(ClassificationLossKind.Varifocal, false)]
    [InlineData(ClassificationLossKind.PolyFocal, true)]
    public void WithClassification_Points_HaveCenternessUnlessTheLossLearnsQuality(ClassificationLossKind kind, bool expected)
    {
        Assert.Equal(expected, Presets.R50.WithPoints().WithClassification(kind).Model.Centerness);
        Assert.Equal(expected, Presets.R50.WithClassification(kind).WithPoints().Model.Centerness);
        Assert.False(Presets.R50.WithClassification(kind).Model.Centerness);
    }

    [Fact]
    public void WithBoxHead_Distribution_HasABoxLossOfBoxes()
    {
        Presets.R50.WithBoxHead(BoxHeadKind.Distribution).Validate();
        Assert.Equal(BoxLossKind.SmoothL1, Presets.R50.WithBoxHead(BoxHeadKind.Delta).Loss.Box);
        var own = Presets.R50 with { Loss = Presets.R50.Loss with { Box = BoxLossKind.Ciou } };
        Assert.Equal(BoxLossKind.Ciou, own.WithBoxHead(BoxHeadKind.Distribution).Loss.Box);
    }
}
