using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>
/// Creates tables that compare the parts of a dense detector and of its training: losses, assigners, heads, augmentations and initial weights. The rows are variations of given base settings. The published
/// metrics are those of MMDetection, for detectors of which a row has the loss, assigner or head; they differ in further parts, which the tables name.
/// </summary>
public static class ComponentTables
{
    private const double AddedProbability = .5;

    private const string MmDetection = "COCO val2017, ResNet-50-FPN, 12 epochs, 800 × 1333 px, from https://github.com/open-mmlab/mmdetection/tree/main/configs";

    // Box AP of https://github.com/open-mmlab/mmdetection, configs/{retinanet,atss,fcos,tood,gfl}: README.md or metafile.yml.
    private static readonly PublishedMetrics RetinaNet = new(.365), Atss = new(.394), Fcos = new(.387), Tood = new(.424), Gfl = new(.402);

    /// <summary>Classification losses, each with the parameters of its paper, but with γ of the settings.</summary>
    /// <param name="start">Base settings.</param>
    public static AblationTable Losses(RunSettings start)
    {
        ArgumentNullException.ThrowIfNull(start);
        // Losses with a background output need labels before the forward pass.
        var common = WithoutSampling(start) with { Assigner = start.Assigner.WithoutPredictions() };
        return new("losses", "Classification losses",
            $"Each loss with the α of its paper and the γ of the settings (asymmetric: that of its paper). Softmax focal and seesaw have a softmax over background and classes, the others a sigmoid for each class.{AssignerNote(start)}",
            new("MMDetection", $"{MmDetection}/retinanet"),
            [
                Row("focal", ClassificationLossKind.Focal, RetinaNet), new("cross entropy", AblationTables.CrossEntropy(common, null)),
                Row("quality focal", ClassificationLossKind.QualityFocal), Row("varifocal", ClassificationLossKind.Varifocal), Row("poly-1 focal", ClassificationLossKind.PolyFocal),
                Row("asymmetric", ClassificationLossKind.Asymmetric), Row("equalized focal", ClassificationLossKind.EqualizedFocal), Row("seesaw", ClassificationLossKind.Seesaw),
                Row("softmax focal", ClassificationLossKind.SoftmaxFocal),
            ]);

        AblationRow Row(string label, ClassificationLossKind kind, PublishedMetrics? published = null) => new(label, common.WithClassification(kind), published);
    }

    /// <summary>Assigners, with anchors; the assigner by centers with points.</summary>
    /// <param name="start">Base settings.</param>
    public static AblationTable Assigners(RunSettings start)
    {
        ArgumentNullException.ThrowIfNull(start);
        var common = WithBoxIouLoss(WithoutSampling(start.WithAnchors()));
        return new("assigners", "Assigners",
            $"How anchors are assigned to objects. The box loss is {Name(common.Loss.Box)} in all rows. The row center has points with center-ness as in FCOS, the others have anchors.",
            new("MMDetection",
                $"{MmDetection}: retinanet, atss (one anchor per location, center-ness), fcos (with center sampling and GIoU), tood (one anchor per location, an aligned head and a quality loss)"),
            [
                Row("IoU thresholds", AssignerKind.Iou, RetinaNet), Row("ATSS", AssignerKind.Atss, Atss),
                new("center (points)", common.WithPoints() with { Assigner = common.Assigner with { Kind = AssignerKind.Center } }, Fcos),
                Row("task-aligned", AssignerKind.TaskAligned, Tood), Row("SimOTA", AssignerKind.SimOta),
            ]);

        AblationRow Row(string label, AssignerKind kind, PublishedMetrics? published = null) => new(label, common with { Assigner = common.Assigner with { Kind = kind } }, published);
    }

    /// <summary>Anchors and points, box deltas and distributions, focal and quality focal loss, all with ATSS.</summary>
    /// <param name="start">Base settings.</param>
    public static AblationTable Heads(RunSettings start)
    {
        ArgumentNullException.ThrowIfNull(start);
        var common = WithBoxIouLoss(WithoutSampling(start.WithAnchors()));
        common = common with { Assigner = common.Assigner with { Kind = AssignerKind.Atss } };
        return new("heads", "Heads",
            $"What boxes are predicted from, how they are represented, and the classification loss. The assigner is ATSS and the box loss {Name(common.Loss.Box)} in all rows. Points with focal loss have a center-ness.",
            new("MMDetection", $"{MmDetection}: atss (one anchor per location, center-ness), gfl"),
            [.. from head in Enum.GetValues<HeadKind>()
                from boxHead in Enum.GetValues<BoxHeadKind>()
                from loss in new[] { ClassificationLossKind.Focal, ClassificationLossKind.QualityFocal }
                select Row(head, boxHead, loss)]);

        AblationRow Row(HeadKind head, BoxHeadKind boxHead, ClassificationLossKind loss) => new(
            $"{(head == HeadKind.Points ? "points" : "anchors")}, {(boxHead == BoxHeadKind.Distribution ? "distribution" : "delta")}, {(loss == ClassificationLossKind.QualityFocal ? "quality focal" : "focal")}",
            (head == HeadKind.Points ? common.WithPoints() : common).WithBoxHead(boxHead).WithClassification(loss),
            (head, boxHead, loss) switch
            {
                (HeadKind.Anchors, BoxHeadKind.Delta, ClassificationLossKind.Focal) => Atss,
                (HeadKind.Points, BoxHeadKind.Distribution, ClassificationLossKind.QualityFocal) => Gfl,
                _ => null,
            });
    }

    /// <summary>No augmentation, that of the settings, and that with one more: mosaic, mixup, copy-paste, large-scale jitter or multi-scale.</summary>
    /// <param name="start">Base settings.</param>
    public static AblationTable Augmentations(RunSettings start)
    {
        ArgumentNullException.ThrowIfNull(start);
        return new("augmentations", "Augmentations",
            $"No augmentation, that of the settings, and that with one more. Mosaic, mixup and copy-paste have a probability of {AddedProbability}.", null,
            [
                Row("none", _ => AugmentationSettings.None), Row("the settings'", own => own),
                Row("+ mosaic", own => own with { Mosaic = AddedProbability }), Row("+ mixup", own => own with { Mixup = AddedProbability }),
                Row("+ copy-paste", own => own with { CopyPaste = AddedProbability }), Row("+ large-scale jitter", own => own.WithLargeScaleJitter()),
                Row("+ multi-scale", own => own.WithMultiScale()),
            ]);

        AblationRow Row(string label, Func<AugmentationSettings, AugmentationSettings> change) => new(label, start with { Augmentation = change(start.Augmentation) });
    }

    /// <summary>Training from scratch and from weights of ImageNet, with the same architecture but for the norm of the backbone.</summary>
    /// <param name="start">Base settings.</param>
    public static AblationTable PretrainedWeights(RunSettings start)
    {
        ArgumentNullException.ThrowIfNull(start);
        // The architecture of the weights.
        var model = start.Model with { Depth = Presets.Pretrained.Model.Depth, Blocks = Presets.Pretrained.Model.Blocks, Width = Presets.Pretrained.Model.Width };
        return new("pretrained", "Pretrained weights",
            "A ResNet with the blocks [2, 2, 2, 3] from random weights and from weights of ImageNet. From scratch, and with group norm, no part of the backbone is frozen and all parts have the same learning rate.", null,
            [
                Scratch("from scratch, batch norm", NormKind.Batch), Scratch("from scratch, group norm", NormKind.Group),
                new("ImageNet, frozen batch norm", start with
                {
                    Model = model with { Norm = NormKind.Frozen },
                    Weights = Presets.Pretrained.Weights,
                    Training = start.Training with { Freeze = Presets.Pretrained.Training.Freeze, BackboneLearningRate = Presets.Pretrained.Training.BackboneLearningRate },
                }),
                new("ImageNet, group norm", Unfrozen(NormKind.Group) with { Weights = Presets.Pretrained.Weights }),
            ]);

        AblationRow Scratch(string label, NormKind norm) => new(label, Unfrozen(norm) with { Weights = null });

        RunSettings Unfrozen(NormKind norm) => start with { Model = model with { Norm = norm }, Training = start.Training with { Freeze = 0, BackboneLearningRate = 1 } };
    }

    /// <summary>Says in the description of a table without predictions that the assigner is not that of the settings; empty if it is.</summary>
    internal static string AssignerNote(RunSettings start) =>
        start.Assigner.WithoutPredictions() == start.Assigner ? "" : $" The assigner is ATSS, because {start.Assigner.Kind} cannot be combined with all rows of this table.";

    private static RunSettings WithoutSampling(RunSettings start) => start with { Loss = start.Loss with { Sampling = new() } };

    private static RunSettings WithBoxIouLoss(RunSettings start) => start with { Loss = start.Loss.WithBoxIouLoss() };

    private static string Name(BoxLossKind kind) => kind switch
    {
        BoxLossKind.SmoothL1 => "smooth L1",
        BoxLossKind.L1 => "L1",
        BoxLossKind.Giou => "GIoU",
        BoxLossKind.Diou => "DIoU",
        _ => "CIoU",
    };
}
