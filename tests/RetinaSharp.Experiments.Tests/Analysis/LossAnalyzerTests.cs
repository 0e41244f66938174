using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Experiments.Analysis;
using RetinaSharp.Experiments.Scenes;
using RetinaSharp.Inference;
using RetinaSharp.Losses;

namespace RetinaSharp.Experiments.Tests.Analysis;

[Trait("Category", "Slow")]
public sealed class LossAnalyzerTests : IDisposable
{
    private const int Images = 3;

    private static readonly string Model = Path.Combine(AppContext.BaseDirectory, "scenes.safetensors");

    private readonly TemporaryFolder _folder = new();
    private readonly DetectionDataset _scenes;

    public LossAnalyzerTests() => _scenes = SceneSet.Write(_folder.At("scenes"), new() { Train = 1, Val = Images, Seed = 11 }).Val.Set;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_Scenes_IsTheDistributionOfEveryAnchorsLoss()
    {
        var (positives, negatives) = PlainLosses();

        var analysis = LossAnalyzer.Analyze(Model, _scenes, new() { Precision = Precision.Fp32 }, batch: 4);

        Assert.Equal(Images, analysis.Images);
        for (var i = 0; i < LossAnalyzer.Gammas.Count; i++)
        {
            Equal(positives[i], analysis.Positives[i], LossAnalyzer.Gammas[i]);
            Equal(negatives[i], analysis.Negatives[i], LossAnalyzer.Gammas[i]);
        }

        static void Equal(List<double> losses, LossDistribution distribution, double gamma)
        {
            Assert.Equal((gamma, losses.Count), (distribution.Gamma, distribution.Anchors));
            Assert.Equal(losses.Sum(), distribution.Loss, losses.Sum() * 1e-5);
            var plain = new PlainDistribution(losses);
            for (var step = 0; step <= LossDistribution.Steps; step++)
                Assert.Equal(plain.At((double)step / LossDistribution.Steps), distribution.Cumulative[step], 2e-3);
        }
    }

    [Fact]
    public void Run_Scenes_CountsTheAnchorsOfTheTraining()
    {
        var statistics = AnchorStatistics.Compute(_scenes, Detector.Describe(Model).Settings);

        var analysis = LossAnalyzer.Analyze(Model, _scenes);

        Assert.Equal((statistics.Foreground, statistics.Background, statistics.Ignored),
            (analysis.Positives[0].Anchors, analysis.Negatives[0].Anchors, analysis.Ignored));
    }

    [Fact]
    public void Run_TrainedModel_FocusesTheLossOfNegativesAsThePaperFinds()
    {
        var analysis = LossAnalyzer.Analyze(Model, _scenes);

        var shares = analysis.Negatives.Select(one => one.ShareOfHardest(.01)!.Value).ToList();
        Assert.Equal(shares.Order(), shares);
        Assert.True(shares[^1] > .9 && shares[^1] > shares[0] + .1, string.Join(' ', shares));
    }

    [Fact]
    public void Run_ClassesInAnotherOrder_AreFoundByName()
    {
        var last = _scenes.Categories.Count - 1;
        var turned = new DetectionDataset
        {
            Source = _scenes.Source,
            Categories = [.. _scenes.Categories.Reverse()],
            Images = [.. _scenes.Images.Select(image => image with { Annotations = [.. image.Annotations.Select(one => one with { Category = last - one.Category })] })],
        };

        Assert.Equal(LossAnalyzer.Analyze(Model, _scenes).Positives[0].Loss, LossAnalyzer.Analyze(Model, turned).Positives[0].Loss);
    }

    [Fact]
    public void Run_ClassThatTheModelDoesNotKnow_IsIgnoredAsCrowdsAre()
    {
        var stranger = _scenes.Images[0].Annotations[0].Category;
        var renamed = new DetectionDataset
        {
            Source = _scenes.Source,
            Categories = [.. _scenes.Categories.Select((category, i) => i == stranger ? category with { Name = "stranger" } : category)],
            Images = _scenes.Images,
        };
        var crowds = new DetectionDataset
        {
            Source = _scenes.Source,
            Categories = _scenes.Categories,
            Images = [.. _scenes.Images.Select(image => image with { Annotations = [.. image.Annotations.Select(one => one with { IsCrowd = one.Category == stranger })] })],
        };

        var (analysis, expected) = (LossAnalyzer.Analyze(Model, renamed), LossAnalyzer.Analyze(Model, crowds));

        Assert.True(analysis.Positives[0].Anchors < LossAnalyzer.Analyze(Model, _scenes).Positives[0].Anchors);
        Assert.Equal((expected.Ignored, expected.Positives[0].Loss, expected.Negatives[0].Loss), (analysis.Ignored, analysis.Positives[0].Loss, analysis.Negatives[0].Loss));
    }

    [Fact]
    public void Run_NoImages_IsRefused()
    {
        var empty = new DetectionDataset { Source = "empty", Categories = _scenes.Categories, Images = [] };

        Assert.Throws<DatasetException>(() => LossAnalyzer.Analyze(Model, empty));
    }

    [Fact]
    public void Visit_Outputs_AreThoseThatDetectionsComeFrom()
    {
        var best = new Dictionary<string, float>();
        using (var outputs = new AnchorOutputs(Model, new() { Precision = Precision.Fp32 }))
            outputs.Visit(_scenes, 1, (image, logits, _) =>
            {
                foreach (var logit in logits)
                    best[image.Path] = Math.Max(best.GetValueOrDefault(image.Path, float.NegativeInfinity), logit);
            }, null, default);

        using var detector = Detector.Load(Model, new() { Precision = Precision.Fp32 });
        foreach (var image in _scenes.Images)
            Assert.Equal(detector.Detect(image.Path)[0].Score, 1 / (1 + MathF.Exp(-best[image.Path])), 1e-5f);
    }

    [Fact]
    public void AnchorLosses_OneChannelMoreThanClasses_IsSoftmaxWithTheBackgroundFirst()
    {
        float[] logits = [1, 2, 3, 3, 2, 1, 0, 0, 0];
        var values = new float[3];

        LossAnalyzer.AnchorLosses(1, logits, [1, SigmoidLoss.Background, SigmoidLoss.Ignore], classes: 2, values);

        // Both put as much on the channel that is right.
        var p = Math.Exp(3) / (Math.Exp(1) + Math.Exp(2) + Math.Exp(3));
        Assert.Equal(-(1 - p) * Math.Log(p), values[0], 1e-6);
        Assert.Equal(values[0], values[1], 1e-6f);
        Assert.Equal(0, values[2]);
    }

    [Fact]
    public void Write_NoPositives_LeavesTheirChartOut()
    {
        var none = new LossDistribution(0, 0, 0, []);
        var some = none with { Anchors = 1, Loss = 1, Cumulative = [.. Enumerable.Range(0, LossDistribution.Steps + 1).Select(i => i / (double)LossDistribution.Steps)] };

        var files = new LossAnalysis(1, 0, [none], [some]).Write(_folder.At("charts"));

        Assert.Equal([_folder.At("charts", "loss-of-negatives.svg"), _folder.At("charts", "loss-of-negatives.csv")], files);
        Assert.Equal(LossDistribution.Steps + 2, File.ReadAllLines(files[1]).Length);
        Assert.Equal(files, Directory.GetFiles(_folder.At("charts")).OrderDescending());
    }

    /// <summary>The loss of every anchor by the printed formula in double, for each γ.</summary>
    private (List<double>[] Positives, List<double>[] Negatives) PlainLosses()
    {
        List<double>[] positives = [.. LossAnalyzer.Gammas.Select(_ => new List<double>())], negatives = [.. LossAnalyzer.Gammas.Select(_ => new List<double>())];
        using var outputs = new AnchorOutputs(Model, new() { Precision = Precision.Fp32 });
        outputs.Visit(_scenes, 4, (_, logits, labels) =>
        {
            var classes = logits.Length / labels.Length;
            for (var anchor = 0; anchor < labels.Length; anchor++)
            {
                if (labels[anchor] == SigmoidLoss.Ignore)
                    continue;
                for (var i = 0; i < LossAnalyzer.Gammas.Count; i++)
                {
                    var sum = 0.0;
                    for (var c = 0; c < classes; c++)
                    {
                        var xt = labels[anchor] == c ? logits[anchor * classes + c] : -(double)logits[anchor * classes + c];
                        // log(1 + e^-x), and 1 - p_t as e^-x / (1 + e^-x): both keep their digits where p_t is nearly 1.
                        var e = Math.Exp(-xt);
                        sum += Math.Pow(e / (1 + e), LossAnalyzer.Gammas[i]) * (e < 1e-8 ? e : Math.Log(1 + e));
                    }

                    (labels[anchor] == SigmoidLoss.Background ? negatives : positives)[i].Add(sum);
                }
            }
        }, null, default);
        return (positives, negatives);
    }
}
