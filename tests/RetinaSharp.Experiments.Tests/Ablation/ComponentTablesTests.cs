using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Experiments.Ablation;

namespace RetinaSharp.Experiments.Tests.Ablation;

public sealed class ComponentTablesTests
{
    [Fact]
    public void Losses_EachRow_HasItsLossOnAllAnchors()
    {
        var sampled = Presets.Tiny with { Loss = Presets.Tiny.Loss with { Classification = ClassificationLossKind.CrossEntropy, Sampling = SamplingSettings.ForKind(SamplingKind.Ohem) } };

        var rows = ComponentTables.Losses(sampled).Rows;

        Assert.Distinct(rows.Select(row => row.Settings.Loss.Classification));
        Assert.All(rows, row => Assert.Equal(SamplingKind.None, row.Settings.Loss.Sampling.Kind));
        Assert.Equal(.75, Row(rows, "varifocal").Loss.Alpha);
        Assert.Equal(4, Row(rows, "asymmetric").Loss.Gamma);
    }

    [Theory]
    [InlineData(AssignerKind.TaskAligned)]
    [InlineData(AssignerKind.SimOta)]
    public void LossesAndSampling_AssignerOfPredictions_AreOfAtss(AssignerKind kind)
    {
        var start = Presets.Tiny with { Assigner = new() { Kind = kind } };

        foreach (var table in new[] { ComponentTables.Losses(start), AblationTables.Sampling(start) })
        {
            Assert.All(table.Rows, row => Assert.Equal(AssignerKind.Atss, row.Settings.Assigner.Kind));
            Assert.All(table.Rows, row => row.Settings.Validate());
            Assert.EndsWith($"The assigner is ATSS, because {kind} cannot be combined with all rows of this table.", table.Description);
        }

        Assert.DoesNotContain("ATSS", ComponentTables.Losses(Presets.Tiny).Description);
    }

    [Fact]
    public void Assigners_EachRow_HasItsAssignerAndTheSameBoxLoss()
    {
        var rows = ComponentTables.Assigners(Presets.R50).Rows;

        Assert.Equal(Enum.GetValues<AssignerKind>().Order(), rows.Select(row => row.Settings.Assigner.Kind).Order());
        Assert.All(rows, row => Assert.Equal(BoxLossKind.Giou, row.Settings.Loss.Box));
        Assert.Equal(["center (points)"], rows.Where(row => row.Settings.Model.Head == HeadKind.Points).Select(row => row.Label));
    }

    [Fact]
    public void Heads_EachRow_DiffersFromTheOthersInHeadBoxesOrLossOnly()
    {
        var rows = ComponentTables.Heads(Presets.R50).Rows;

        Assert.All(rows, row => Assert.Equal((AssignerKind.Atss, BoxLossKind.Giou), (row.Settings.Assigner.Kind, row.Settings.Loss.Box)));
        Assert.Equal(8, rows.Select(row => (row.Settings.Model.Head, row.Settings.Model.BoxHead, row.Settings.Loss.Classification)).Distinct().Count());
        // With a quality loss, the scores learn what the center-ness would.
        Assert.Equal(["points, delta, focal", "points, distribution, focal"], rows.Where(row => row.Settings.Model.Centerness).Select(row => row.Label));
    }

    [Fact]
    public void HeadsAndAssigners_SettingsWithPoints_AreThoseOfAnchors()
    {
        Assert.Equal(Settings(ComponentTables.Heads(Presets.Tiny)), Settings(ComponentTables.Heads(Presets.Tiny.WithPoints())));
        Assert.Equal(Settings(ComponentTables.Assigners(Presets.Tiny)), Settings(ComponentTables.Assigners(Presets.Tiny.WithPoints())));

        static IEnumerable<string> Settings(AblationTable table) => table.Rows.Select(row => SettingsJson.Write(row.Settings));
    }

    [Fact]
    public void Augmentations_EachRow_AddsOneToThoseOfTheSettings()
    {
        var own = Presets.Small.Augmentation;

        var rows = ComponentTables.Augmentations(Presets.Small).Rows;

        Assert.Equal(AugmentationSettings.None, Row(rows, "none").Augmentation);
        Assert.Equal(own, Row(rows, "the settings'").Augmentation);
        Assert.Equal(own with { Mosaic = .5 }, Row(rows, "+ mosaic").Augmentation);
        Assert.Equal(own.WithMultiScale(), Row(rows, "+ multi-scale").Augmentation);
    }

    [Fact]
    public void PretrainedWeights_EachRow_HasTheSameArchitectureButForTheNorm()
    {
        var rows = ComponentTables.PretrainedWeights(Presets.Small).Rows;

        Assert.Single(rows.Select(row => SettingsJson.Write(row.Settings with { Model = row.Settings.Model with { Norm = NormKind.Batch }, Weights = null, Training = Presets.Small.Training })).Distinct());
        Assert.Equal([null, null, "imagenet", "imagenet"], rows.Select(row => row.Settings.Weights));
        Assert.Equal([NormKind.Batch, NormKind.Group, NormKind.Frozen, NormKind.Group], rows.Select(row => row.Settings.Model.Norm));
    }

    private static RunSettings Row(IReadOnlyList<AblationRow> rows, string label) => rows.Single(row => row.Label == label).Settings;
}
