using RetinaSharp.Detection.Configuration;
using RetinaSharp.Experiments.Ablation;

namespace RetinaSharp.Experiments.Tests.Ablation;

public sealed class AblationTablesTests
{
    [Theory]
    [InlineData("alpha", 7)]
    [InlineData("gamma", 7)]
    [InlineData("anchors", 8)]
    [InlineData("sampling", 14)]
    [InlineData("prior", 4)]
    [InlineData("image-size", 5)]
    [InlineData("losses", 9)]
    [InlineData("assigners", 5)]
    [InlineData("heads", 8)]
    [InlineData("augmentations", 7)]
    [InlineData("pretrained", 4)]
    public void Named_EveryPreset_HasValidRowsThatDiffer(string name, int rows)
    {
        foreach (var preset in Presets.Names)
        {
            var table = AblationTables.Named(name, Presets.Named(preset));

            Assert.Equal(name, table.Name);
            Assert.Equal(rows, table.Rows.Count);
            Assert.All(table.Rows, row => row.Settings.Validate());
            Assert.Distinct(table.Rows.Select(row => row.Label));
            Assert.Distinct(table.Rows.Select(row => SettingsJson.Write(row.Settings)));
        }

        Assert.Contains(name, AblationTables.Names);
    }

    [Fact]
    public void Named_RowsThatMeanTheSame_HaveTheSameSettings()
    {
        var start = Presets.Tiny;

        var focal = Json("gamma", "γ 2, α .25");

        Assert.Equal(focal, Json("sampling", "focal, γ 2, α .25"));
        Assert.Equal(focal, Json("anchors", "3 × 3"));
        Assert.Equal(focal, Json("image-size", "256 px"));
        Assert.Equal(SettingsJson.Write(start), focal);
        Assert.Equal(Json("alpha", "α .75"), Json("gamma", "γ 0, α .75"));
        Assert.Equal(Json("sampling", "cross entropy, all"), Json("prior", "π .01"));
        Assert.Equal(focal, Json("losses", "focal"));
        Assert.Equal(focal, Json("assigners", "IoU thresholds"));
        Assert.Equal(Json("sampling", "softmax focal, γ 2"), Json("losses", "softmax focal"));
        Assert.Equal(Json("assigners", "ATSS"), Json("heads", "anchors, delta, focal"));

        string Json(string table, string label) => SettingsJson.Write(Assert.Single(AblationTables.Named(table, start).Rows, row => row.Label == label).Settings);
    }

    [Fact]
    public void Named_StartWithSampling_TakesItOnlyWhereTheTableSaysSo()
    {
        var start = Presets.Tiny with
        {
            Loss = Presets.Tiny.Loss with { Classification = ClassificationLossKind.CrossEntropy, Alpha = null, Sampling = SamplingSettings.ForKind(SamplingKind.Ohem) },
        };

        Assert.All(AblationTables.Alpha(start).Rows.Concat(AblationTables.Gamma(start).Rows), row => Assert.Equal(SamplingKind.None, row.Settings.Loss.Sampling.Kind));
        Assert.Equal(11, AblationTables.Sampling(start).Rows.Count(row => row.Settings.Loss.Sampling.Kind != SamplingKind.None));
    }

    [Fact]
    public void Gamma_SearchedAlpha_HasAGroupForEachGammaWithThePapersAmongThem()
    {
        var plain = AblationTables.Gamma(Presets.Tiny);

        var searched = AblationTables.Gamma(Presets.Tiny, searchAlpha: true);

        Assert.Equal(plain.Rows.Select(row => row.Group), searched.Rows.Select(row => row.Group).Distinct());
        Assert.All(plain.Rows, row => Assert.Contains(row.Label, searched.Rows.Select(other => other.Label)));
        Assert.Equal(5 * plain.Rows.Count, searched.Rows.Count);
    }

    // The paper's own words: "up to 12 anchors per location spanning 4 sub-octave scales (2^{k/4}, for k ≤ 3) and 3 aspect ratios".
    [Fact]
    public void Anchors_FourScales_AreQuartersOfAnOctave()
    {
        var anchors = AblationTables.Anchors(Presets.Tiny).Rows[^1].Settings.Model.Anchors;

        Assert.Equal([1, 1.189207, 1.414214, 1.681793], anchors.Scales.Select(scale => Math.Round(scale, 6)));
        Assert.Equal(12, anchors.AnchorsPerCell);
    }

    [Fact]
    public void Named_UnknownTable_NamesThoseThatAreThere() =>
        Assert.Contains("image-size", Assert.Throws<ArgumentException>(() => AblationTables.Named("beta", Presets.Tiny)).Message);
}
