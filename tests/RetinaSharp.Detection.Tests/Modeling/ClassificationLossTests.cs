using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling;

[Collection(TorchCollection.Name)]
public sealed class ClassificationLossTests : LeakCheck
{
    private const int Anchors = 40, Classes = 3;

    public static TheoryData<ClassificationLossKind> Kinds => [.. Enum.GetValues<ClassificationLossKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Evaluate_OtherAlphaOrGamma_DiffersIfTheSettingsSaySo(ClassificationLossKind kind)
    {
        var settings = new LossSettings { Classification = kind, Alpha = .25, Gamma = 2 };
        var value = Evaluate(settings);

        Assert.Equal(settings.HasAlpha, Evaluate(settings with { Alpha = .6 }) != value);
        Assert.Equal(settings.HasGamma, Evaluate(settings with { Gamma = 1 }) != value);
    }

    private static double Evaluate(LossSettings settings)
    {
        using var scope = NewDisposeScope();
        var outputs = Classes + (settings.HasBackgroundOutput ? 1 : 0);
        var logits = TensorValues.Create(Enumerable.Range(0, Anchors * outputs).Select(i => 2 * MathF.Sin(i)), 1, Anchors, outputs);
        // Three of four anchors are background.
        int[] labels = [.. Enumerable.Range(0, Anchors).Select(i => i % 4 == 0 ? i / 4 % Classes : -1)];
        float[] qualities = [.. Enumerable.Repeat(.7f, Anchors)];
        return ClassificationLoss.Create(settings).Evaluate(logits, labels, qualities, 1, threads: 1).Value;
    }
}
