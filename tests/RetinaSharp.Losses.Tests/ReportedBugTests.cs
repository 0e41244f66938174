namespace RetinaSharp.Losses.Tests;

/// <summary>Bugs that users of other libraries reported, with the inputs of their reports; docs/focal-loss.md has the links.</summary>
public class ReportedBugTests
{
    /// <summary>kornia 918, liuyuisanai/Focal-Loss 11, keras-retinanet 706: automatic differentiation of (1 - p)^γ gives NaN.</summary>
    [Fact]
    public void FocalLoss_GammaBelowOneAtSaturatedLogits_HasFiniteGradient()
    {
        var gradient = new float[4];
        var loss = SigmoidLoss.Evaluate(new FocalLoss(.5, null), [-100f, -100, 100, 100], [0f, 1, 0, 1], gradient);
        Assert.Equal(200, loss, 1e-4);
        Assert.Equal([0, -1, 1, 0], gradient.Select(number => MathF.Round(number, 6)));
    }

    /// <summary>sam3 575, optax 1267: γ = 0 must be cross entropy, also where 0^(γ - 1) would be infinite.</summary>
    [Theory]
    [InlineData(18)]
    [InlineData(1000)]
    public void FocalLoss_GammaZeroAtSaturatedLogits_HasFiniteGradient(float logit)
    {
        var gradient = new float[2];
        SigmoidLoss.Evaluate(new FocalLoss(0, .5), [logit, -logit], [1f, 0], gradient);
        Assert.Equal(-.5 * Math.Exp(-logit), gradient[0], 1e-13);
        Assert.Equal(.5 * Math.Exp(-logit), gradient[1], 1e-13);
    }

    /// <summary>unsky/focal-loss 9, liuyuisanai/Focal-Loss 4, focal-loss-keras 6: α weights positives and 1 - α negatives, neither both nor swapped.</summary>
    [Fact]
    public void FocalLoss_Alpha_WeightsPositivesAndTheRestNegatives()
    {
        var plain = new FocalLoss(2, null);
        var balanced = new FocalLoss(2, .25);
        Assert.Equal(.25 * plain.Value(.4, 1), balanced.Value(.4, 1), 1e-15);
        Assert.Equal(.75 * plain.Value(.4, 0), balanced.Value(.4, 0), 1e-15);
        // segmentation_models 258: α and γ were swapped by position; here a γ in place of α is refused.
        Assert.Throws<ArgumentOutOfRangeException>("alpha", () => new FocalLoss(.25, 2));
    }

    /// <summary>SSD_Pytorch 32: the factor of a negative is p^γ, not (1 - p)^γ. dlib 2552: the value has the factor, too.</summary>
    [Fact]
    public void FocalLoss_EasyNegative_IsDownWeightedInValueAndGradient()
    {
        Assert.Equal(1, new FocalLoss(2, null).Value(-4, 0) / (Math.Pow(.01798620996209156, 2) * default(CrossEntropy).Value(-4, 0)), 1e-12);
        Assert.True(new FocalLoss(2, null).Derivative(-4, 0) < 1e-3 * default(CrossEntropy).Derivative(-4, 0));
    }

    /// <summary>EfficientDet.Pytorch 131, CenterNet 234, NVIDIA retinanet-examples 93: a clamped probability caps the loss and ends the gradient.</summary>
    [Fact]
    public void FocalLoss_ConfidentlyWrongLogit_KeepsFullGradient()
    {
        var gradient = new float[2];
        Assert.Equal(2000, SigmoidLoss.Evaluate(new FocalLoss(2, null), [-1000f, 1000], [1f, 0], gradient));
        Assert.Equal([-1, 1], gradient);
    }

    /// <summary>Paddle 28068, focal_loss_torch 6 and 17: no ignored label, or only one that is not negative.</summary>
    [Theory]
    [InlineData(-100)]
    [InlineData(255)]
    public void FocalLoss_IgnoreLabel_LeavesOutRowsAndTheirCount(int ignored)
    {
        float[] logits = [1, -2, 50, float.NaN, .5f, -.5f], gradient = new float[6], two = new float[4];
        var loss = SigmoidLoss.Evaluate(new FocalLoss(), logits, [0, ignored, -1], 2, gradient, new() { IgnoreLabel = ignored, Reduction = Reduction.Mean });
        Assert.Equal(SigmoidLoss.Evaluate(new FocalLoss(), [1f, -2, .5f, -.5f], [0, -1], 2, two, new() { Reduction = Reduction.Mean }), loss, 1e-9);
        Assert.Equal([two[0], two[1], 0, 0, two[2], two[3]], gradient);
    }

    /// <summary>mmdetection 289, liuyuisanai/Focal-Loss 12, yhenon 98: divided by all anchors, the loss of few positives among many is next to nothing.</summary>
    [Fact]
    public void FocalLoss_ReductionByPositives_DoesNotDependOnNumberOfEasyAnchors()
    {
        double Evaluate(int anchors)
        {
            var logits = new float[anchors];
            logits.AsSpan(1).Fill(-20);
            int[] labels = [0, .. Enumerable.Repeat(-1, anchors - 1)];
            return SigmoidLoss.Evaluate(new FocalLoss(), logits, labels, 1, new float[anchors], new() { Reduction = Reduction.Positives });
        }

        Assert.Equal(Evaluate(10), Evaluate(100_000), 1e-9);
        // Without any positive, the divisor is 1.
        Assert.True(double.IsFinite(SigmoidLoss.Evaluate(new FocalLoss(), [0f], [-1], 1, new float[1], new() { Reduction = Reduction.Positives })));
    }

    /// <summary>ASL 53: NaN in half precision, where 1 - p + eps is 0; and the eps of the logarithm ends the gradient of a positive at p &lt; eps.</summary>
    [Fact]
    public void AsymmetricLoss_LargeBFloat16Logits_AreFinite()
    {
        BFloat16[] logits = [.. new[] { 73.875f, -10.7578f, 64.625f, -20.7031f, 81.4375f, 42.96875f, -60 }.Select(logit => (BFloat16)logit)];
        var gradient = new BFloat16[7];
        Assert.True(double.IsFinite(SigmoidLoss.Evaluate(new AsymmetricLoss(1), logits, [0f, 0, 1, 0, 0, 0, 1], gradient)));
        Assert.All(gradient, number => Assert.True(float.IsFinite(number)));
        Assert.Equal(-1, (float)gradient[6]);
    }

    /// <summary>VarifocalNet 8: negatives are weighted by α p^γ, positives by their quality alone.</summary>
    [Fact]
    public void VarifocalLoss_BothSides_FollowThePaper()
    {
        var p = 1 / (1 + Math.Exp(-.3));
        Assert.Equal(-.75 * p * p * Math.Log(1 - p), new VarifocalLoss().Value(.3, 0), 1e-15);
        Assert.Equal(-.6 * (.6 * Math.Log(p) + .4 * Math.Log(1 - p)), new VarifocalLoss().Value(.3, .6), 1e-15);
    }

    /// <summary>yolov5 1482: a focal loss with a soft target is not least at the target; the quality focal loss is.</summary>
    [Fact]
    public void QualityFocalLoss_SoftTarget_IsLeastThere()
    {
        var at = Math.Log(.6225 / .3775);
        foreach (var x in new[] { at - 1, at - .1, at + .1, at + 1 })
            Assert.True(new QualityFocalLoss().Value(x, .6225) > new QualityFocalLoss().Value(at, .6225));
        Assert.Equal(0, new QualityFocalLoss().Derivative(at, .6225), 1e-12);
        Assert.True(Math.Abs(new FocalLoss(2, null).Derivative(at, .6225)) > .01);
    }

    /// <summary>balanced-loss 12, Class-balanced-loss-pytorch 5: a class without examples has an infinite weight, and the loss is NaN.</summary>
    [Fact]
    public void ClassBalance_ClassWithoutExamples_HasWeightZeroAndFiniteLoss()
    {
        var weights = ClassBalance.EffectiveNumber([310, 2489, 114, 17, 0, 725], .999);
        Assert.Equal(0, weights[4]);
        Assert.Equal(1, weights.Sum(), 1e-6);
        int[] labels = [5, 0, 4, 0, 0];
        float[] rowWeights = [.. labels.Select(label => 6 * weights[label])], gradient = new float[30];
        Assert.True(double.IsFinite(SigmoidLoss.Evaluate(new FocalLoss(2, null), new float[30], labels, 6, gradient, new() { Weights = rowWeights })));
        Assert.All(gradient, number => Assert.True(float.IsFinite(number)));
    }

    /// <summary>Class-balanced-loss-pytorch 2: the weight of a class multiplies all terms of its examples, those of the wrong classes included.</summary>
    [Fact]
    public void ClassBalance_RowWeights_MultiplyAllTermsOfAnExample()
    {
        float[] logits = [.5f, -1, 2, 0, 1.5f, -.25f], gradient = new float[6], plain = new float[6];
        SigmoidLoss.Evaluate(default(CrossEntropy), logits, [2, 0], 3, plain);
        SigmoidLoss.Evaluate(default(CrossEntropy), logits, [2, 0], 3, gradient, new() { Weights = [1.5f, .25f] });
        for (var i = 0; i < 6; i++)
            Assert.Equal(plain[i] * (i < 3 ? 1.5 : .25), gradient[i], 1e-7);
    }

    /// <summary>torchvision 8519: the loss is positive, and its gradient raises the logit of a positive.</summary>
    [Fact]
    public void FocalLoss_Sign_IsThatOfALoss()
    {
        Assert.True(new FocalLoss().Value(.2, 1) > 0 && new FocalLoss().Value(.2, 0) > 0);
        Assert.True(new FocalLoss().Derivative(.2, 1) < 0 && new FocalLoss().Derivative(.2, 0) > 0);
    }

    /// <summary>TorchSharp has two sigmoid_focal_loss overloads, for float and double parameters, of which one reduces wrongly. Here it is one method.</summary>
    [Fact]
    public void FocalLoss_FloatAndDoubleLogits_ReduceAlike()
    {
        foreach (var reduction in Enum.GetValues<Reduction>())
        {
            LossOptions options = new() { Reduction = reduction };
            var single = SigmoidLoss.Evaluate(new FocalLoss(), [1f, -2, .5f], [1f, 0, 0], new float[3], options);
            Assert.Equal(SigmoidLoss.Evaluate(new FocalLoss(), [1.0, -2, .5], [1f, 0, 0], new double[3], options), single, 1e-7);
        }
    }
}
