using RetinaSharp.Detection.Configuration;
using static RetinaSharp.Cli.Options.SettingOption;

namespace RetinaSharp.Cli.Options;

/// <summary>The one table of the options that change a training's settings. They are applied in its order.</summary>
internal static class TrainingOptions
{
    public static IReadOnlyList<SettingOption> Table { get; } =
    [
        // First of all, so that options beside it have the last word.
        new("--compat", string.Join('|', Compatibility.Names),
            "Whose RetinaNet to agree with in what implementations do differently: anchors, assignment, losses and what divides them, detections. Options beside it change that further.",
            (s, name) => Compatibility.Names.Contains(name) ? Compatibility.Apply(s, name) : throw new FormatException($"'{name}' is none of {string.Join('|', Compatibility.Names)}")),
        Choice<int>("--backbone", "ResNet that the pyramid stands on.",
            new() { { "r18", 18 }, { "r34", 34 }, { "r50", 50 }, { "r101", 101 }, { "r152", 152 } },
            (s, depth) => s with { Model = s.Model with { Depth = depth } }),
        Number("--width", "Factor of the backbone's channels.",
            (s, width) => s with { Model = s.Model with { Width = width } }),
        Choice<NormKind>("--norm", "Normalisation of the backbone.",
            new() { { "frozen", NormKind.Frozen }, { "batch", NormKind.Batch }, { "group", NormKind.Group } },
            (s, norm) => s with { Model = s.Model with { Norm = norm } }),
        Whole("--freeze", "Parts of the backbone that are not trained: 0 none, 1 the stem, to 5 all.",
            (s, parts) => s with { Training = s.Training with { Freeze = parts } }),
        new("--levels", "MIN-MAX", "Pyramid levels, such as 3-7 or 2-7.", (s, text) =>
        {
            var (min, max) = OptionValue.Levels(text);
            return s with { Model = s.Model with { Anchors = s.Model.Anchors with { MinLevel = min, MaxLevel = max } } };
        }),
        Numbers("--scales", "Sizes of the anchors within a level, as factors.",
            (s, scales) => s with { Model = s.Model with { Anchors = s.Model.Anchors with { Scales = scales } } }),
        Numbers("--ratios", "Height over width of the anchors.",
            (s, ratios) => s with { Model = s.Model with { Anchors = s.Model.Anchors with { Ratios = ratios } } }),
        Number("--prior", "Probability at which every anchor starts as each class.",
            (s, prior) => s with { Model = s.Model with { Prior = prior } }),
        new("--size", SizeValue, SizeHelp, (s, text) => s with { Input = OptionValue.Size(text) }),
        // Before the loss, which it brings: one that is given as well has the last word, and is refused if it does not go with it.
        Choice<SamplingKind>("--sampling", "Anchors that the classification loss is of, by cross entropy: none stands for all, the others choose some of each image.",
            new() { { "none", SamplingKind.None }, { "ohem", SamplingKind.Ohem }, { "ratio", SamplingKind.Ratio }, { "hard-negative", SamplingKind.HardNegative } },
            (s, kind) => kind == s.Loss.Sampling.Kind ? s : WithSampling(kind == SamplingKind.None ? s : WithLoss(s, ClassificationLossKind.CrossEntropy), SamplingSettings.ForKind(kind))),
        Whole("--sampling-batch", "Anchors chosen of an image at most, for ohem (128 if left out) and ratio (256).",
            (s, batch) => WithSampling(s, s.Loss.Sampling with { Batch = batch })),
        Number("--sampling-nms", "IoU above which ohem drops boxes that overlap one of greater loss; .5 if left out.",
            (s, iou) => WithSampling(s, s.Loss.Sampling with { NmsIou = iou })),
        new("--sampling-ratio", "N|off", "Negatives chosen for each positive: 3 if left out, with ohem off.",
            (s, text) => WithSampling(s, s.Loss.Sampling with { Ratio = text == "off" ? null : OptionValue.Whole(text) })),
        Choice<ClassificationLossKind>("--loss", "Loss of the classification. Another than the preset's brings its own alpha: .25 for focal, off for the others.",
            new()
            {
                { "focal", ClassificationLossKind.Focal }, { "ce", ClassificationLossKind.CrossEntropy },
                { "softmax-focal", ClassificationLossKind.SoftmaxFocal }, { "focal-star", ClassificationLossKind.FocalStar },
            },
            WithLoss),
        Number("--gamma", "Focusing parameter of the focal losses, from 0; above 0 for focal-star.",
            (s, gamma) => s with { Loss = s.Loss with { Gamma = gamma } }),
        new("--alpha", "NUMBER|off", "Weight of the positives, from 0 to 1; that of the negatives is 1 - alpha.",
            (s, text) => s with { Loss = s.Loss with { Alpha = OptionValue.NumberOrOff(text) } }),
        Number("--beta", "Beta of the loss focal-star, by which its curve is shifted.",
            (s, beta) => s with { Loss = s.Loss with { StarBeta = beta } }),
        Choice<BoxLossKind>("--box-loss", "Loss of the boxes.",
            new() { { "l1", BoxLossKind.L1 }, { "smooth-l1", BoxLossKind.SmoothL1 }, { "giou", BoxLossKind.Giou } },
            (s, kind) => s with { Loss = s.Loss with { Box = kind } }),
        Whole("--epochs", "Passes over the training images.",
            (s, epochs) => s with { Training = s.Training with { Epochs = epochs } }),
        Whole("--batch", "Images that go through the network together.",
            (s, batch) => s with { Training = s.Training with { Batch = batch } }),
        Whole("--accumulate", "Batches whose gradients make one step.",
            (s, batches) => s with { Training = s.Training with { Accumulate = batches } }),
        Number("--lr", "Learning rate for a batch of 16; it is scaled to the images of a step.",
            (s, rate) => s with { Training = s.Training with { LearningRate = rate } }),
        Choice<ScheduleKind>("--schedule", "How the learning rate falls.",
            new() { { "step", ScheduleKind.Step }, { "cosine", ScheduleKind.Cosine } },
            (s, kind) => s with { Training = s.Training with { Schedule = kind } }),
        Whole("--warm-up", "Steps over which the learning rate rises.",
            (s, steps) => s with { Training = s.Training with { WarmUp = steps } }),
        Choice<OptimizerKind>("--optimizer", "How the weights are moved.",
            new() { { "sgd", OptimizerKind.Sgd }, { "adamw", OptimizerKind.AdamW } },
            (s, kind) => s with { Training = s.Training with { Optimizer = kind } }),
        Number("--clip", "Largest norm of the gradient; 0: none.",
            (s, norm) => s with { Training = s.Training with { Clip = norm } }),
        Number("--ema", "Share of the averaged weights that a step keeps; 0: no average.",
            (s, share) => s with { Training = s.Training with { Ema = share } }),
        Whole("--early-stop", "Epochs without a better AP after which training ends; 0: never.",
            (s, epochs) => s with { Training = s.Training with { EarlyStop = epochs } }),
        new("--seed", "N", "Seed of everything random.",
            (s, text) => s with { Training = s.Training with { Seed = OptionValue.Seed(text) } }),
    ];

    public const string SizeValue = "SHORTxLONG";

    public const string SizeHelp =
        "Images are scaled to this short side, or less where the long side would exceed LONG; one number alone is the short side.";

    private static RunSettings WithLoss(RunSettings settings, ClassificationLossKind kind) => kind == settings.Loss.Classification
        ? settings
        : settings with { Loss = settings.Loss with { Classification = kind, Alpha = kind == ClassificationLossKind.Focal ? .25 : null } };

    private static RunSettings WithSampling(RunSettings settings, SamplingSettings sampling) => settings with { Loss = settings.Loss with { Sampling = sampling } };
}
