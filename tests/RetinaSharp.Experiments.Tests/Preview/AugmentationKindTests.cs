using System.Reflection;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Experiments.Preview;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Tests.Preview;

public sealed class AugmentationKindTests : IDisposable
{
    private const int Draws = 6;

    private static readonly AugmentationSettings None = AugmentationSettings.None;

    // They do not turn a kind on, but say how strong it is. All other settings are kinds.
    private static readonly string[] Strengths =
    [
        nameof(AugmentationSettings.CropMinSide),
        nameof(AugmentationSettings.MosaicMinScale),
        nameof(AugmentationSettings.MosaicMaxScale),
        nameof(AugmentationSettings.MixupBeta),
        nameof(AugmentationSettings.CopyPasteMaxCover),
        nameof(AugmentationSettings.BlurMaxSigma),
        nameof(AugmentationSettings.JpegMinQuality),
        nameof(AugmentationSettings.MinVisible),
    ];

    private readonly TemporaryFolder _folder = new();

    /// <summary>The names of all settings but the one that ends some kinds: the sheet shows the first epoch.</summary>
    public static TheoryData<string> Settings =>
    [
        .. typeof(AugmentationSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(setting => setting.Name).Where(name => name != nameof(AugmentationSettings.CompositionEnd)),
    ];

    public static TheoryData<string> Kinds => [.. AugmentationKind.List(None).Select(kind => kind.Name)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Settings))]
    public void List_OneSettingChanged_TurnsOnOneKindThatHasIt(string name)
    {
        var setting = typeof(AugmentationSettings).GetProperty(name)!;
        var run = None with { };
        setting.SetValue(run, Change(setting.GetValue(None)!));

        var kinds = AugmentationKind.List(run);

        var changed = kinds.Where(kind => !Equals(setting.GetValue(kind.Settings), setting.GetValue(None))).ToList();
        Assert.NotEmpty(changed);
        if (Strengths.Contains(name))
            Assert.DoesNotContain(kinds, kind => kind.IsOn);
        else
            Assert.Contains(Assert.Single(kinds, kind => kind.IsOn), changed);
    }

    [Fact]
    public void List_NoAugmentation_HasNoKindOn() => Assert.DoesNotContain(AugmentationKind.List(None), kind => kind.IsOn);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void List_EachKind_ChangesTheImage(string name)
    {
        var images = DetectionDataset.Open(ColoredRectangles.Write(_folder.At("data"), images: 3));
        var kind = AugmentationKind.List(None).Single(one => one.Name == name);

        var plain = Draw(None, 1).Single();
        var drawn = Draw(kind.Settings, Draws).ToList();

        Assert.Equal(Draws, drawn.Count);
        // Not each of them: multi-scale training draws the input size itself, too.
        Assert.Contains(drawn, image => !image.Pixels.SequenceEqual(plain.Pixels));

        // At an input size that has multiples of 32 near it, for multi-scale training.
        IEnumerable<Image> Draw(AugmentationSettings augmentation, int epochs) =>
            AugmentedView.Load(images, Presets.Tiny with { Input = new(128, 128), Augmentation = augmentation }, epochs, TestContext.Current.CancellationToken)
                .Where(one => one.Id == images.Images[0].Id).Select(one => one.Image);
    }

    private static object Change(object value) => value switch
    {
        bool isOn => !isOn,
        int number => number + 1,
        double number => number == 0 ? .5 : .75 * number,
        _ => throw new NotSupportedException($"{value.GetType()}: choose another value of this type"),
    };
}
