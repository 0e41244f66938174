using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>
/// Creates the ablation tables of Lin et al., "Focal Loss for Dense Object Detection", and those of <see cref="ComponentTables"/> by name. The rows are variations of given base settings. Equivalent rows of two
/// tables have equal settings, so that they are trained only once.
/// </summary>
public static class AblationTables
{
    private static readonly PublishedSource Minival = new("the paper", "COCO minival, ResNet-50-FPN, 600 px");

    // The α that are best for some γ in the paper, and one more on either side.
    private static readonly double[] SearchedAlphas = [.10, .25, .50, .75, .90];

    /// <summary>Names of the tables.</summary>
    public static IReadOnlyList<string> Names { get; } = ["alpha", "gamma", "anchors", "sampling", "prior", "image-size", "losses", "assigners", "heads", "augmentations", "pretrained"];

    /// <summary>Creates the table with a given name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="start">Base settings.</param>
    /// <param name="searchAlpha">For the table "gamma": see <see cref="Gamma"/>.</param>
    /// <exception cref="ArgumentException">There is no table of this name, or it cannot be made from these settings.</exception>
    public static AblationTable Named(string name, RunSettings start, bool searchAlpha = false) => name switch
    {
        "alpha" => Alpha(start),
        "gamma" => Gamma(start, searchAlpha),
        "anchors" => Anchors(start),
        "sampling" => Sampling(start),
        "prior" => Prior(start),
        "image-size" => ImageSize(start),
        "losses" => ComponentTables.Losses(start),
        "assigners" => ComponentTables.Assigners(start),
        "heads" => ComponentTables.Heads(start),
        "augmentations" => ComponentTables.Augmentations(start),
        "pretrained" => ComponentTables.PretrainedWeights(start),
        _ => throw new ArgumentException($"There is no table '{name}', only {string.Join(", ", Names)}."),
    };

    /// <summary>Table 1a of the paper: the weight α of the positives in cross entropy.</summary>
    /// <param name="start">Base settings.</param>
    public static AblationTable Alpha(RunSettings start)
    {
        return new("alpha", "Cross entropy, balanced by α", "Cross entropy; positives weigh α, negatives 1 − α.", Minival,
        [
            Row(.10, 0, 0, 0), Row(.25, 10.8, 16.0, 11.7), Row(.50, 30.2, 46.7, 32.8), Row(.75, 31.1, 49.4, 33.0),
            Row(.90, 30.8, 49.7, 32.3), Row(.99, 28.7, 47.4, 29.9), Row(.999, 25.1, 41.7, 26.1),
        ]);

        AblationRow Row(double alpha, double ap, double ap50, double ap75) =>
            new($"α {Short(alpha)}", CrossEntropy(start, alpha), PublishedMetrics.Percent(ap, ap50, ap75));
    }

    /// <summary>Table 1b of the paper: the focusing parameter γ of the focal loss.</summary>
    /// <param name="start">Base settings.</param>
    /// <param name="searchAlpha">
    /// Whether every γ is trained with several α, of which the table shows the best. If false, every γ is trained with the paper's α.
    /// </param>
    public static AblationTable Gamma(RunSettings start, bool searchAlpha = false)
    {
        (double Gamma, double Alpha, PublishedMetrics Metrics)[] paper =
        [
            (0, .75, PublishedMetrics.Percent(31.1, 49.4, 33.0)), (.1, .75, PublishedMetrics.Percent(31.4, 49.9, 33.1)), (.2, .75, PublishedMetrics.Percent(31.9, 50.7, 33.4)),
            (.5, .50, PublishedMetrics.Percent(32.9, 51.7, 35.2)), (1, .25, PublishedMetrics.Percent(33.7, 52.0, 36.2)), (2, .25, PublishedMetrics.Percent(34.0, 52.5, 36.5)),
            (5, .25, PublishedMetrics.Percent(32.2, 49.6, 34.8)),
        ];
        return new("gamma", "Focal loss by γ",
            searchAlpha
                ? $"Focal loss; each γ with α of {string.Join(", ", SearchedAlphas.Select(Short))}, the best shown. It is selected by the AP that is shown, so that AP is biased upward."
                : "Focal loss; each γ with the α that was best for it in the paper. γ 0 is cross entropy with α.",
            Minival,
            [.. paper.SelectMany(row => (searchAlpha ? SearchedAlphas : [row.Alpha]).Select(alpha => new AblationRow(
                $"γ {Short(row.Gamma)}, α {Short(alpha)}", Focal(start, row.Gamma, alpha), row.Metrics, $"γ {Short(row.Gamma)}")))]);
    }

    /// <summary>Table 1c of the paper: number of anchors per location. n scales are 2^(k/n), k = 0 … n − 1; one aspect ratio is 1:1.</summary>
    /// <param name="start">Base settings, including the loss.</param>
    public static AblationTable Anchors(RunSettings start)
    {
        ArgumentNullException.ThrowIfNull(start);
        start = start.WithAnchors();
        return new("anchors", "Anchors per location: scales × aspect ratios",
            "n scales are 2^(k/n), k = 0 … n − 1; one aspect ratio is 1:1, three are 1:2, 1:1 and 2:1.", Minival,
            [
                Row(1, 1, PublishedMetrics.Percent(30.3, 49.0, 31.8)), Row(2, 1, PublishedMetrics.Percent(31.9, 50.0, 34.0)), Row(3, 1, PublishedMetrics.Percent(31.8, 49.4, 33.7)), Row(4, 1, null),
                Row(1, 3, PublishedMetrics.Percent(32.4, 52.3, 33.9)), Row(2, 3, PublishedMetrics.Percent(34.2, 53.1, 36.5)), Row(3, 3, PublishedMetrics.Percent(34.0, 52.5, 36.5)),
                Row(4, 3, PublishedMetrics.Percent(33.8, 52.1, 36.2)),
            ]);

        AblationRow Row(int scales, int ratios, PublishedMetrics? published) => new($"{scales} × {ratios}", start with
        {
            Model = start.Model with
            {
                Anchors = start.Model.Anchors with
                {
                    Scales = [.. Enumerable.Range(0, scales).Select(k => Math.Pow(2, k / (double)scales))],
                    Ratios = ratios == 1 ? [1] : [.5, 1, 2],
                },
            },
        }, published);
    }

    /// <summary>
    /// Table 1d of the paper: focal loss compared with anchor sampling by OHEM. Rows that the paper does not have: hard negatives, random sampling and
    /// softmax focal loss.
    /// </summary>
    /// <param name="start">Base settings.</param>
    public static AblationTable Sampling(RunSettings start)
    {
        ArgumentNullException.ThrowIfNull(start);
        var note = ComponentTables.AssignerNote(start);
        // Sampling needs labels before the forward pass.
        start = start with { Assigner = start.Assigner.WithoutPredictions() };
        return new("sampling", "Focal loss and anchor sampling",
            "OHEM samples a number of anchors per image by highest loss, after NMS; with 1:3 three negatives per positive. Hard negatives as in SSD: "
                + "all positives, and three times as many negatives by highest loss. Random: 256 anchors per image. Sampled anchors have cross entropy." + note,
            new("the paper", "COCO minival, ResNet-101-FPN, 600 px"),
            [
                Ohem(128, .7, null, 31.1, 47.2, 33.2), Ohem(256, .7, null, 31.8, 48.8, 33.9), Ohem(512, .7, null, 30.6, 47.0, 32.6),
                Ohem(128, .5, null, 32.8, 50.3, 35.1), Ohem(256, .5, null, 31.0, 47.4, 33.0), Ohem(512, .5, null, 27.6, 42.0, 29.2),
                Ohem(128, .5, 3, 31.1, 47.2, 33.2), Ohem(256, .5, 3, 28.3, 42.4, 30.3), Ohem(512, .5, 3, 24.0, 35.5, 25.8),
                new("hard negatives 1:3", Sampled(SamplingSettings.ForKind(SamplingKind.HardNegative))),
                new("random 1:3", Sampled(SamplingSettings.ForKind(SamplingKind.Ratio))),
                new("cross entropy, all", CrossEntropy(start, null)),
                new("softmax focal, γ 2", OfAllAnchors(start, ClassificationLossKind.SoftmaxFocal, 2, null)),
                new("focal, γ 2, α .25", Focal(start, 2, .25), PublishedMetrics.Percent(36.0, 54.9, 38.7)),
            ]);

        AblationRow Ohem(int batch, double nms, int? ratio, double ap, double ap50, double ap75) => new(
            $"OHEM {batch}, NMS {Short(nms)}{(ratio is null ? "" : $", 1:{ratio}")}",
            Sampled(new() { Kind = SamplingKind.Ohem, Batch = batch, NmsIouThreshold = nms, Ratio = ratio }), PublishedMetrics.Percent(ap, ap50, ap75));

        RunSettings Sampled(SamplingSettings sampling)
        {
            var plain = CrossEntropy(start, null);
            return plain with { Loss = plain.Loss with { Sampling = sampling } };
        }
    }

    /// <summary>Section 4.1 of the paper: the prior probability π of every class at initialization, with plain cross entropy.</summary>
    /// <param name="start">Base settings.</param>
    public static AblationTable Prior(RunSettings start)
    {
        // AP 0 stands for π .5, for which the paper reports no AP because training diverged.
        return new("prior", "Prior probability π at initialization", "Plain cross entropy; the classifier bias is initialized so that every class has probability π.",
            new("the paper", "COCO minival, ResNet-50-FPN, 600 px; with π .5, the usual initialization, training diverged"),
            [Row(.5, new(0)), Row(.1, null), Row(.01, new(.302)), Row(.001, null)]);

        AblationRow Row(double prior, PublishedMetrics? published)
        {
            var plain = CrossEntropy(start, null);
            return new($"π {Short(prior)}", plain with { Model = plain.Model with { Prior = prior } }, published);
        }
    }

    /// <summary>
    /// Table 1e of the paper: AP and inference time by image size. The image size of the base settings corresponds to 600 pixels in the paper; the sizes of
    /// the rows are scaled accordingly.
    /// </summary>
    /// <param name="start">Base settings, including the loss.</param>
    public static AblationTable ImageSize(RunSettings start)
    {
        return new("image-size", "Accuracy against inference time, by image size",
            "Image sizes are scaled so that that of the settings corresponds to 600 px in the paper; each row is trained and evaluated at its size.",
            new("the paper", "COCO test-dev, ResNet-50-FPN; time on an M40"),
            [Row(400, 30.5, 64), Row(500, 32.5, 72), Row(600, 34.3, 98), Row(700, 35.1, 121), Row(800, 35.7, 153)]);

        AblationRow Row(int pixels, double ap, double milliseconds)
        {
            var size = start.Input with { Short = Scaled(start.Input.Short), Long = Scaled(start.Input.Long) };
            return new($"{size.Short} px", start with { Input = size }, new(ap / 100, Milliseconds: milliseconds));

            int Scaled(int side) => Math.Max(1, (int)Math.Round(side * pixels / 600d));
        }
    }

    /// <summary>Returns settings with cross entropy on all anchors.</summary>
    internal static RunSettings CrossEntropy(RunSettings start, double? alpha) => OfAllAnchors(start, ClassificationLossKind.CrossEntropy, 0, alpha);

    private static RunSettings Focal(RunSettings start, double gamma, double alpha) =>
        gamma == 0 ? CrossEntropy(start, alpha) : OfAllAnchors(start, ClassificationLossKind.Focal, gamma, alpha);

    private static RunSettings OfAllAnchors(RunSettings start, ClassificationLossKind loss, double gamma, double? alpha) =>
        start with { Loss = start.Loss with { Classification = loss, Gamma = gamma, Alpha = alpha, Sampling = new() } };

    // As in the paper: .25, not 0.25.
    private static string Short(double value) => value == 0 ? "0" : value.ToString("#.###");
}
