using System.CommandLine;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using static RetinaSharp.Cli.Options.CliOption;
using static RetinaSharp.Cli.Options.SettingOption;

namespace RetinaSharp.Cli.Options;

/// <summary>Creates the options that each override a setting of a training run.</summary>
internal static class TrainingOptions
{
    private static readonly (string Name, ClassificationLossKind Value)[] Losses =
    [
        ("focal", ClassificationLossKind.Focal), ("ce", ClassificationLossKind.CrossEntropy),
        ("softmax-focal", ClassificationLossKind.SoftmaxFocal), ("focal-star", ClassificationLossKind.FocalStar),
        ("quality-focal", ClassificationLossKind.QualityFocal), ("varifocal", ClassificationLossKind.Varifocal), ("poly-focal", ClassificationLossKind.PolyFocal),
        ("asymmetric", ClassificationLossKind.Asymmetric), ("equalized-focal", ClassificationLossKind.EqualizedFocal), ("seesaw", ClassificationLossKind.Seesaw),
    ];

    /// <summary>Creates all options, in the order in which they are applied to the settings.</summary>
    /// <param name="epochs">The option --epochs; null: without the value auto.</param>
    /// <param name="batch">The option --batch; null: without the value auto.</param>
    public static IReadOnlyList<SettingOption> CreateAll(Option<IntegerOrAuto>? epochs = null, Option<IntegerOrAuto>? batch = null) =>
    [
        // --compat is first, so that the other options override it.
        Create(Choice("--compat", "Match another RetinaNet where implementations differ: anchors, assignment, losses and their normalization, postprocessing. Other options override it.",
                [.. Compatibility.Names.Select(name => (name, name))]),
            Compatibility.Apply),
        Create(Text("--weights", "MODEL", $"Initial weights: {PretrainedWeights.ImageNet}, a run folder, a .safetensors file, torchvision weights (.pth), or a ResNet in an .onnx file. Without --preset and --config they also choose the architecture in train."),
            (s, weights) => s with { Weights = weights }),
        Create(WithCompletions(Parsed("--backbone", "NAME", $"Backbone: {ResNetVariant.Known}.", ResNetVariant.Parse), ResNetVariant.Names),
            (s, variant) => s with { Model = variant.ApplyTo(s.Model) }),
        Create(Choice("--neck", "Neck: feature pyramid network, or path aggregation network.", ("fpn", NeckKind.Fpn), ("pafpn", NeckKind.Pafpn)),
            (s, neck) => s with { Model = s.Model with { Neck = neck } }),
        Create(Number("--width", "Multiplier of the backbone's channels."),
            (s, width) => s with { Model = s.Model with { Width = width } }),
        Create(Choice("--norm", "Normalization of the backbone.", ("frozen", NormKind.Frozen), ("batch", NormKind.Batch), ("group", NormKind.Group)),
            (s, norm) => s with { Model = s.Model with { Norm = norm } }),
        Create(Integer("--freeze", "Backbone stages that are not trained: 0 for none, 1 for the stem, up to 5 for all."),
            (s, stages) => s with { Training = s.Training with { Freeze = stages } }),
        Create(Parsed("--levels", "MIN-MAX", "Pyramid levels, such as 3-7 or 2-7.", ParseLevels),
            (s, levels) => s with { Model = s.Model with { Anchors = s.Model.Anchors with { MinLevel = levels.Min, MaxLevel = levels.Max } } }),
        // --head is before the options of anchors, because points have one anchor per cell.
        Create(Choice("--head", "What a cell predicts boxes from: anchors, or one point (points, as in torchvision's FCOS). For points, the assigner iou becomes center, and a box loss of deltas giou, unless given.",
                ("anchors", HeadKind.Anchors), ("points", HeadKind.Points)),
            WithHead),
        Create(Choice("--box-head", "How a box is represented: by four numbers, or by a distribution of the distance to each side (GFL). For distribution, the box loss is giou unless given.",
                ("delta", BoxHeadKind.Delta), ("distribution", BoxHeadKind.Distribution)),
            (s, kind) => s.WithBoxHead(kind)),
        Create(Choice("--assigner", "How anchors are assigned to objects: by IoU thresholds, by thresholds of each object (atss), by the position of their center (center), or by the predictions (task-aligned, simota).",
                ("iou", AssignerKind.Iou), ("atss", AssignerKind.Atss), ("center", AssignerKind.Center), ("task-aligned", AssignerKind.TaskAligned), ("simota", AssignerKind.SimOta)),
            (s, kind) => s with { Assigner = s.Assigner with { Kind = kind } }),
        Create(Parsed("--scales", "NUMBER,…", "Anchor scales of a level.", ParseNumbers),
            (s, scales) => s with { Model = s.Model with { Anchors = s.Model.Anchors with { Scales = scales } } }),
        Create(Parsed("--ratios", "NUMBER,…", "Aspect ratios of the anchors, height over width.", ParseNumbers),
            (s, ratios) => s with { Model = s.Model with { Anchors = s.Model.Anchors with { Ratios = ratios } } }),
        Create(Number("--prior", "Initial score of every anchor and class."),
            (s, prior) => s with { Model = s.Model with { Prior = prior } }),
        Create(SharedOptions.Size(), (s, size) => s with { Input = size }),
        Create(Parsed("--tile", "N|off", "Sliced training, for small objects in large images: train and validate on overlapping slices of N pixels, scaled to the input size. The model keeps N for eval and detect.", NumberOrOff<int>.Parse),
            (s, tile) => s with { Tile = tile.Value }),
        Create(Number("--mosaic", "Probability of a mosaic of four images.", "P"),
            (s, probability) => s with { Augmentation = s.Augmentation with { Mosaic = probability } }),
        Create(Number("--mixup", "Probability of blending an image with another one.", "P"),
            (s, probability) => s with { Augmentation = s.Augmentation with { Mixup = probability } }),
        Create(Number("--copy-paste", "Probability of pasting objects of another image, cut out by their boxes.", "P"),
            (s, probability) => s with { Augmentation = s.Augmentation with { CopyPaste = probability } }),
        Create(Flag("--large-scale-jitter", "Scale images by 0.1 to 2, and crop or pad them to a square of the input size's long side."),
            (s, isOn) => isOn ? s with { Augmentation = s.Augmentation.WithLargeScaleJitter() } : s),
        Create(Flag("--multi-scale", "Draw the input size of each step from 0.75 to 1.25 times --size, in multiples of 32."),
            (s, isOn) => isOn ? s with { Augmentation = s.Augmentation.WithMultiScale() } : s),
        Create(Number("--repeat-factor", "Use images more often if they have a class that is in less than this share of the images; 0 for once.", "T"),
            (s, threshold) => s with { Training = s.Training with { RepeatFactor = threshold } }),
        // --sampling is before --loss, because it changes the loss. If --loss is given too, it overrides this, and is rejected if it cannot
        // be combined with sampling.
        Create(Choice("--sampling", "Anchors that contribute to the classification loss: all (none), or a sample of each image with cross entropy.",
                ("none", SamplingKind.None), ("ohem", SamplingKind.Ohem), ("ratio", SamplingKind.Ratio), ("hard-negative", SamplingKind.HardNegative)),
            (s, kind) => kind == s.Loss.Sampling.Kind ? s
                : WithSampling(kind == SamplingKind.None ? s : s.WithClassification(ClassificationLossKind.CrossEntropy), SamplingSettings.ForKind(kind))),
        Create(Integer("--sampling-batch", "Maximum number of sampled anchors per image, for ohem (128 by default) and ratio (256)."),
            (s, batch) => WithSampling(s, s.Loss.Sampling with { Batch = batch })),
        Create(Number("--sampling-nms", "IoU threshold of the non-maximum suppression of ohem; 0.5 by default."),
            (s, iou) => WithSampling(s, s.Loss.Sampling with { NmsIouThreshold = iou })),
        Create(Parsed("--sampling-ratio", "N|off", "Sampled negatives per positive: 3 by default, off for ohem.", NumberOrOff<int>.Parse),
            (s, ratio) => WithSampling(s, s.Loss.Sampling with { Ratio = ratio.Value })),
        Create(Choice("--loss", "Classification loss. One other than the preset's sets alpha and gamma to the defaults of its paper.", Losses),
            (s, kind) => s.WithClassification(kind)),
        Create(Number("--gamma", "Focusing parameter of the focal losses: 0 or more, above 0 for focal-star and equalized-focal. For asymmetric, that of the negatives; for quality-focal, its beta."),
            (s, gamma) => s with { Loss = s.Loss with { Gamma = gamma } }) with { HasEffectOn = loss => loss.HasGamma },
        Create(Parsed("--alpha", "NUMBER|off", "Weight of the positives, from 0 to 1; the negatives get 1 - alpha. For varifocal, the weight of the negatives.", NumberOrOff<double>.Parse),
            (s, alpha) => s with { Loss = s.Loss with { Alpha = alpha.Value } }) with { HasEffectOn = loss => loss.HasAlpha || loss.Alpha is null },
        Create(Number("--beta", "Shift beta of the focal-star loss."),
            (s, beta) => s with { Loss = s.Loss with { StarBeta = beta } }) with { HasEffectOn = loss => loss.Classification == ClassificationLossKind.FocalStar },
        Create(Choice("--box-loss", "Box regression loss.", ("l1", BoxLossKind.L1), ("smooth-l1", BoxLossKind.SmoothL1), ("giou", BoxLossKind.Giou), ("diou", BoxLossKind.Diou), ("ciou", BoxLossKind.Ciou)),
            (s, kind) => s with { Loss = s.Loss with { Box = kind } }),
        Create(epochs ?? Parsed("--epochs", "N", "Passes over the training images.", text => new IntegerOrAuto(ParseNumber<int>(text))),
            (s, epochs) => s with { Training = s.Training with { Epochs = epochs.Value ?? s.Training.Epochs } }),
        Create(batch ?? Parsed("--batch", "N", "Images per forward pass.", text => new IntegerOrAuto(ParseNumber<int>(text))),
            (s, images) => s with { Training = s.Training with { Batch = images.Value ?? s.Training.Batch } }),
        Create(Integer("--accumulate", "Batches whose gradients are accumulated for an optimizer step."),
            (s, batches) => s with { Training = s.Training with { Accumulate = batches } }),
        Create(Integer("--shards", "Parts that a batch is split into, which threads or processes compute side by side; a multiple of the number of processes."),
            (s, shards) => s with { Training = s.Training with { Shards = shards } }),
        Create(Number("--lr", "Learning rate for a batch of 16; it is scaled to the effective batch."),
            (s, rate) => s with { Training = s.Training with { LearningRate = rate } }),
        Create(Choice("--schedule", "Learning rate schedule. one-cycle ignores --warm-up; plateau follows the AP on --val.", ("step", ScheduleKind.Step), ("cosine", ScheduleKind.Cosine),
                ("polynomial", ScheduleKind.Polynomial), ("one-cycle", ScheduleKind.OneCycle), ("plateau", ScheduleKind.Plateau)),
            (s, kind) => s with { Training = s.Training with { Schedule = kind } }),
        Create(Integer("--warm-up", "Steps of the learning rate warm-up."),
            (s, steps) => s with { Training = s.Training with { WarmUp = steps } }),
        Create(Choice("--optimizer", "Optimizer.", ("sgd", OptimizerKind.Sgd), ("adamw", OptimizerKind.AdamW)),
            (s, kind) => s with { Training = s.Training with { Optimizer = kind } }),
        Create(Number("--clip", "Maximum norm of the gradient; 0 for no clipping."),
            (s, norm) => s with { Training = s.Training with { Clip = norm } }),
        Create(Number("--ema", "Decay of the EMA weights per step; 0 for none."),
            (s, decay) => s with { Training = s.Training with { Ema = decay } }),
        Create(Integer("--early-stop", "Stop after this many epochs without a better AP; 0 for never."),
            (s, epochs) => s with { Training = s.Training with { EarlyStop = epochs } }),
        Create(Parsed("--seed", "N", "Random seed.", ParseNumber<long>),
            (s, seed) => s with { Training = s.Training with { Seed = seed } }),
    ];

    /// <summary>Creates the option --epochs of a verb that can choose the number of epochs.</summary>
    public static Option<IntegerOrAuto> EpochsOrAuto() => Parsed("--epochs", "N|auto",
        $"Passes over the training images; auto: those of the preset, or more if these have fewer than {EpochCount.MinSteps} optimizer steps. The run keeps the number.", IntegerOrAuto.Parse);

    /// <summary>Creates the option --batch of a verb that can find the batch size.</summary>
    public static Option<IntegerOrAuto> BatchOrAuto() => Parsed("--batch", "N|auto",
        "Images per forward pass; auto: as many as fit into the memory of the device, up to 64 and a 20th of the images. The run keeps the number.", IntegerOrAuto.Parse);

    /// <summary>Returns the value of --loss for a classification loss.</summary>
    public static string NameOf(ClassificationLossKind kind) => Losses.First(loss => loss.Value == kind).Name;

    private static Option<T> WithCompletions<T>(Option<T> option, IReadOnlyList<string> values)
    {
        option.CompletionSources.Add([.. values]);
        return option;
    }

    private static RunSettings WithHead(RunSettings settings, HeadKind head) => head == HeadKind.Points ? settings.WithPoints() : settings.WithAnchors();

    private static RunSettings WithSampling(RunSettings settings, SamplingSettings sampling) => settings with { Loss = settings.Loss with { Sampling = sampling } };

    private static IReadOnlyList<double> ParseNumbers(string text) => [.. text.Split(',').Select(ParseNumber<double>)];

    private static (int Min, int Max) ParseLevels(string text) =>
        text.Split('-') is [var min, var max] ? (ParseNumber<int>(min), ParseNumber<int>(max)) : throw new FormatException($"'{text}' is not a range of levels such as 3-7");
}
