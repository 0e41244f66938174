namespace RetinaSharp.Boxes.Tests;

public sealed class BoxLossTests
{
    private static readonly Box Anchor = new(10, 20, 42, 68);

    private static readonly Box Target = new(14, 10, 60, 70);

    /// <summary>Near the target, off, disjoint, inside it, around it, beyond the log-scale clamp, shrunk to almost nothing.</summary>
    private static readonly BoxDelta[] Predictions =
    [
        new(.1f, -.05f, .2f, .1f), new(-.3f, .4f, -.5f, .6f), new(4, -3, .1f, .2f), new(.2f, .1f, -1.5f, -1.2f),
        new(.1f, 0, 1.5f, 1.2f), new(.1f, 0, 5, .3f), new(.1f, 0, .3f, 6), new(.2f, .1f, -12, -11),
    ];

    public static TheoryData<string> Names => ["l1", "smooth-l1", "giou", "diou", "ciou"];

    [Theory]
    [InlineData("giou")]
    [InlineData("diou")]
    [InlineData("ciou")]
    public void EvaluateBox_IsTheLossOfItsName(string name)
    {
        var predicted = new Box(12, 18, 50, 61);
        Box gradient;
        var expected = name switch
        {
            "giou" => Giou.Loss(predicted, Target, out gradient),
            "diou" => Diou.Loss(predicted, Target, out gradient),
            _ => Ciou.Loss(predicted, Target, out gradient),
        };

        Assert.Equal(expected, Loss(name).EvaluateBox(predicted, Target, out var actual));
        Assert.Equal(gradient, actual);
        Assert.Distinct([Giou.Loss(predicted, Target), Diou.Loss(predicted, Target), Ciou.Loss(predicted, Target)]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_EachPrediction_MatchesReferenceAndFiniteDifferences(string name)
    {
        const float Scale = .125f;
        foreach (var delta in Predictions)
        {
            var gradient = new BoxDelta[1];
            var value = Loss(name).Evaluate([delta], [Anchor], [Target], Scale, gradient);

            double[] d = [delta.Dx, delta.Dy, delta.Dw, delta.Dh];
            Assert.Equal(Scale * Reference(name, d), value, 1e-6);
            float[] actual = [gradient[0].Dx, gradient[0].Dy, gradient[0].Dw, gradient[0].Dh];
            for (var i = 0; i < 4; i++)
            {
                const double Step = 1e-6;
                var (up, down) = ((double[])[.. d], (double[])[.. d]);
                (up[i], down[i]) = (d[i] + Step, d[i] - Step);
                // The gradient of CIoU takes α as a constant.
                var expected = Scale * (Reference(name, up, Alpha(d)) - Reference(name, down, Alpha(d))) / (2 * Step);
                Assert.Equal(expected, actual[i], 1e-6 * Math.Max(1, Math.Abs(expected)) + 1e-7);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_ManyAnchors_IsSumOfSingleAnchors(string name)
    {
        Box[] anchors = [.. Predictions.Select((_, i) => Anchor.Scale(1 + i, 1))];
        Box[] targets = [.. Predictions.Select((_, i) => Target.Scale(1, 1 + .1f * i))];
        var together = new BoxDelta[Predictions.Length];
        var alone = new BoxDelta[1];

        var sum = Loss(name).Evaluate(Predictions, anchors, targets, .5f, together);

        var expected = 0.0;
        for (var i = 0; i < together.Length; i++)
        {
            expected += Loss(name).Evaluate([Predictions[i]], [anchors[i]], [targets[i]], .5f, alone);
            Assert.Equal(alone[0], together[i]);
        }

        Assert.Equal(expected, sum, 1e-9);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_PerfectPrediction_IsZeroWithZeroGradient(string name)
    {
        var gradient = new BoxDelta[1];
        var expectedDelta = BoxCoder.Encode(Anchor, Target);

        var value = Loss(name).Evaluate([expectedDelta], [Anchor], [Target], 1, gradient);

        Assert.Equal(0, value, 1e-6);
        // Where edges coincide up to rounding, the gradient of an IoU is anywhere between its one-sided derivatives.
        if (!name.EndsWith("iou", StringComparison.Ordinal))
            Assert.Equal(default, gradient[0]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_ExtremePredictions_StayFinite(string name)
    {
        float[] wild = [-1e30f, -1e4f, -100, 0, 100, 1e4f, 1e30f];
        var gradient = new BoxDelta[1];
        foreach (var shift in wild)
        {
            foreach (var stretch in wild)
            {
                var value = Loss(name).Evaluate([new(shift, -shift, stretch, 0)], [Anchor], [Target], 1, gradient);

                Assert.True(double.IsFinite(value));
                Assert.True(float.IsFinite(gradient[0].Dx) && float.IsFinite(gradient[0].Dy));
                Assert.True(float.IsFinite(gradient[0].Dw) && float.IsFinite(gradient[0].Dh));
                if (name.EndsWith("iou", StringComparison.Ordinal))
                    Assert.InRange(value, 0, name == "ciou" ? 3 : 2);
            }
        }
    }

    [Fact]
    public void Evaluate_GiouLogScaleAboveMax_HasZeroGradient()
    {
        var gradient = new BoxDelta[1];

        BoxLoss.Giou.Evaluate([new(.1f, 0, 5, .3f)], [Anchor], [Target], 1, gradient);

        Assert.Equal(0, gradient[0].Dw);
        Assert.NotEqual(0, gradient[0].Dh);
    }

    [Fact]
    public void Evaluate_InvalidArguments_Throws()
    {
        Assert.Throws<ArgumentException>(() => BoxLoss.L1.Evaluate(new BoxDelta[2], new Box[2], new Box[1], 1, new BoxDelta[2]));
        Assert.Throws<ArgumentException>("target", () => BoxLoss.Giou.Evaluate([default], [Anchor], [new(1, 1, 1, 2)], 1, new BoxDelta[1]));
        Assert.Throws<ArgumentException>("anchor", () => BoxLoss.Giou.Evaluate([default], [default], [Target], 1, new BoxDelta[1]));
        Assert.Throws<ArgumentOutOfRangeException>("beta", () => BoxLoss.SmoothL1(-1));
        Assert.Throws<ArgumentOutOfRangeException>("beta", () => BoxLoss.SmoothL1(double.NaN));
    }

    [Fact]
    public void SmoothL1_ZeroBeta_IsL1()
    {
        var (one, other) = (new BoxDelta[1], new BoxDelta[1]);

        Assert.Equal(
            BoxLoss.L1.Evaluate([Predictions[1]], [Anchor], [Target], 1, one),
            BoxLoss.SmoothL1(0).Evaluate([Predictions[1]], [Anchor], [Target], 1, other));
        Assert.Equal(one, other);
    }

    [Fact]
    public void GiouLoss_KnownBoxes_MatchesFormula()
    {
        // Side by side: I 0, U 2, C 3, so GIoU is -1/3; a quarter overlap: I 1, U 7, C 9, so 1/7 - 2/9.
        Assert.Equal(4.0 / 3, Giou.Loss(new(0, 0, 1, 1), new(2, 0, 3, 1)), 1e-6);
        Assert.Equal(1 - (1.0 / 7 - 2.0 / 9), Giou.Loss(new(0, 0, 2, 2), new(1, 1, 3, 3)), 1e-6);
    }

    [Fact]
    public void GiouLoss_EqualBoxes_HasZeroGradient()
    {
        Assert.Equal(0, Giou.Loss(Target, Target, out var gradient), 1e-9);
        Assert.Equal(0, gradient.X1, 1e-7f);
        Assert.Equal(0, gradient.Y1, 1e-7f);
        Assert.Equal(0, gradient.X2, 1e-7f);
        Assert.Equal(0, gradient.Y2, 1e-7f);
    }

    [Fact]
    public void IouLosses_KnownBoxes_MatchFormula()
    {
        // Side by side: centers 2 apart, diagonal² 9 + 1.
        Assert.Equal(1 + 4.0 / 10, Diou.Loss(new(0, 0, 1, 1), new(2, 0, 3, 1)), 1e-6);
        // Equal aspect ratios: CIoU is DIoU.
        Assert.Equal(Diou.Loss(new(0, 0, 2, 2), new(1, 1, 3, 3)), Ciou.Loss(new(0, 0, 2, 2), new(1, 1, 3, 3)));
        Assert.True(Ciou.Loss(new(0, 0, 4, 1), new(0, 0, 2, 2)) > Diou.Loss(new(0, 0, 4, 1), new(0, 0, 2, 2)));
        // Disjoint boxes are pulled together: the right edge and the left edge move right.
        Diou.Loss(new(0, 0, 1, 1), new(20, 0, 21, 1), out var gradient);
        Assert.True(gradient.X1 + gradient.X2 < 0);
    }

    [Fact]
    public void IouLosses_BoxesWithoutArea_StayFinite()
    {
        foreach (var box in new Box[] { new(5, 5, 5, 5), new(5, 5, 5, 9), new(5, 5, 5 + 1e-6f, 5), default, new(0, 0, 1e-45f, 1e-45f), new(-1e30f, -1e30f, 1e30f, 1e30f) })
            foreach (var target in new Box[] { new(5, 5, 5, 5), Target, box })
            {
                Assert.True(double.IsFinite(Diou.Loss(box, target, out var diou)));
                Assert.True(double.IsFinite(Ciou.Loss(box, target, out var ciou)));
                Assert.All(new[] { diou, ciou }, g => Assert.True(float.IsFinite(g.X1) && float.IsFinite(g.Y1) && float.IsFinite(g.X2) && float.IsFinite(g.Y2)));
            }
    }

    [Fact]
    public void GiouLoss_BoxesWithoutArea_StaysFinite()
    {
        var loss = Giou.Loss(new(5, 5, 5, 5), new(5, 5, 5, 5), out var gradient);

        Assert.True(double.IsFinite(loss));
        Assert.True(float.IsFinite(gradient.X1) && float.IsFinite(gradient.Y2));
    }

    private static double Alpha(double[] d) => Reference("ciou", d, double.NaN);

    private static BoxLoss Loss(string name) => name switch
    {
        "l1" => BoxLoss.L1,
        "smooth-l1" => BoxLoss.SmoothL1(),
        "giou" => BoxLoss.Giou,
        "diou" => BoxLoss.Diou,
        _ => BoxLoss.Ciou,
    };

    /// <summary>The definitions in double precision, value only. α of CIoU can be given.</summary>
    private static double Reference(string name, double[] d, double? alpha = null)
    {
        double aw = (double)Anchor.X2 - Anchor.X1, ah = (double)Anchor.Y2 - Anchor.Y1;
        double ax = Anchor.X1 + aw / 2, ay = Anchor.Y1 + ah / 2;
        double tw = (double)Target.X2 - Target.X1, th = (double)Target.Y2 - Target.Y1;
        if (name.EndsWith("iou", StringComparison.Ordinal))
        {
            double w = aw * Math.Exp(Math.Min(d[2], Math.Log(1000.0 / 16))), h = ah * Math.Exp(Math.Min(d[3], Math.Log(1000.0 / 16)));
            double x1 = ax + d[0] * aw - w / 2, y1 = ay + d[1] * ah - h / 2;
            double x2 = x1 + w, y2 = y1 + h;
            var shared = Math.Max(0, Math.Min(x2, Target.X2) - Math.Max(x1, Target.X1)) * Math.Max(0, Math.Min(y2, Target.Y2) - Math.Max(y1, Target.Y1));
            double cw = Math.Max(x2, Target.X2) - Math.Min(x1, Target.X1), ch = Math.Max(y2, Target.Y2) - Math.Min(y1, Target.Y1);
            var union = w * h + tw * th - shared;
            if (name == "giou")
                return 1 - (shared / union - (cw * ch - union) / (cw * ch));
            var diou = 1 - shared / union + (Math.Pow((x1 + x2 - Target.X1 - Target.X2) / 2, 2) + Math.Pow((y1 + y2 - Target.Y1 - Target.Y2) / 2, 2)) / (cw * cw + ch * ch);
            var v = 4 / (Math.PI * Math.PI) * Math.Pow(Math.Atan(tw / th) - Math.Atan(w / h), 2);
            // NaN asks for α itself.
            var own = v / (1 - shared / union + v);
            return name == "diou" ? diou : alpha is { } given && double.IsNaN(given) ? own : diou + (alpha ?? own) * v;
        }

        double[] expectedDelta = [(Target.X1 + tw / 2 - ax) / aw, (Target.Y1 + th / 2 - ay) / ah, Math.Log(tw / aw), Math.Log(th / ah)];
        var beta = name == "l1" ? 0 : .11;
        return d.Zip(expectedDelta, (p, t) => Math.Abs(p - t)).Sum(e => e < beta ? .5 * e * e / beta : e - .5 * beta);
    }
}
