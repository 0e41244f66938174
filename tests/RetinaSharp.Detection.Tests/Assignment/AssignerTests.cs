using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Tests.Assignment;

/// <summary>What all assigners have in common, and their agreement with full-matrix references.</summary>
public class AssignerTests
{
    public static TheoryData<AssignerKind> Kinds => [.. Enum.GetValues<AssignerKind>()];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 50)];

    private static readonly AnchorGenerator Generator = new(new());

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Atss_RandomScenes_IsTheNaiveMatrix(int seed) => CheckScenes(seed, (scene, random) =>
    {
        var settings = new AssignerSettings { Kind = AssignerKind.Atss, AtssCells = random.Next(5) switch { 0 => 1, 1 => 4, 2 => 31, 3 => int.MaxValue, _ => 9 } };
        return (settings, NaiveAtss.Assign(scene.Grid, scene.Boxes, settings), null);
    });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Center_RandomScenes_IsTheNaiveMatrix(int seed) => CheckScenes(seed, (scene, random) =>
    {
        var settings = new AssignerSettings { Kind = AssignerKind.Center, CenterRadius = random.Next(4) switch { 0 => .5, 1 => 3, 2 => 1e300, _ => 1.5 } };
        return (settings, NaiveCenter.Assign(scene.Grid, scene.Boxes, settings), null);
    });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void TaskAligned_RandomScenes_IsTheNaiveMatrix(int seed) => CheckScenes(seed, (scene, random) =>
    {
        var settings = new AssignerSettings
        {
            Kind = AssignerKind.TaskAligned,
            TaskAlignedAnchors = random.Next(4) switch { 0 => 1, 1 => int.MaxValue, _ => 13 },
            AlignmentScorePower = random.Next(3) / 2d,
            AlignmentIouPower = random.Next(3) switch { 0 => 0, 1 => 2.5, _ => 6 },
        };
        var (matches, qualities) = NaiveTaskAligned.Assign(scene.Grid, scene.Boxes, scene.Classes, settings, scene.Predictions);
        return (settings, matches, qualities);
    });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void SimOta_RandomScenes_IsTheNaiveMatrix(int seed) => CheckScenes(seed, (scene, random) =>
    {
        var settings = new AssignerSettings
        {
            Kind = AssignerKind.SimOta,
            SimOtaRadius = random.Next(4) switch { 0 => .5, 1 => 5, 2 => 1e300, _ => 2.5 },
            SimOtaCandidates = random.Next(4) switch { 0 => 1, 1 => int.MaxValue, _ => 10 },
            SimOtaBoxWeight = random.Next(3) * 1.5,
        };
        return (settings, NaiveSimOta.Assign(scene.Grid, scene.Boxes, scene.Classes, settings, scene.Predictions), null);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Assign_NoBoxes_AllIsBackground(AssignerKind kind)
    {
        var grid = Generator.Generate(64, 96);

        var assignment = Assigner.Create(new() { Kind = kind }).Assign(grid, [], [], default, AnchorsAsPredictions(grid));

        Assert.All(assignment.Labels, label => Assert.Equal(SigmoidLoss.Background, label));
        Assert.Empty(assignment.Positives);
        Assert.Empty(assignment.PositiveBoxes);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Assign_HundredsOfEqualBoxes_GoToTheFirst(AssignerKind kind)
    {
        var grid = Generator.Generate(128, 160);
        var box = new Box(30, 20, 110, 99);
        Box[] boxes = [.. Enumerable.Repeat(box, 400)];
        var assigner = Assigner.Create(new() { Kind = kind });
        var predictions = AnchorsAsPredictions(grid);

        var assignment = assigner.Assign(grid, boxes, new int[400], default, predictions);

        Assert.All(assignment.PositiveBoxes, index => Assert.Equal(0, index));
        Assert.NotEmpty(assignment.Positives);
        Assert.Equal(assigner.Assign(grid, [box], [0], default, predictions).Positives, assignment.Positives);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Assign_BoxesWithoutArea_GetNoAnchor(AssignerKind kind)
    {
        var grid = Generator.Generate(128, 128);

        var assignment = Assigner.Create(new() { Kind = kind })
            .Assign(grid, [new(40, 30, 40, 90), new(20, 50, 90, 50), new(64, 64, 64, 64)], [0, 0, 0], default, AnchorsAsPredictions(grid));

        Assert.Empty(assignment.Positives);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Assign_IgnoreRegion_TakesBackgroundOnly(AssignerKind kind)
    {
        var grid = Generator.Generate(128, 128);
        Box[] boxes = [new(30, 40, 72, 82)];
        var assigner = Assigner.Create(new() { Kind = kind });
        var plain = assigner.Assign(grid, boxes, [2], default, AnchorsAsPredictions(grid));

        var assignment = assigner.Assign(grid, boxes, [2], [new(0, 0, 100, 100)], AnchorsAsPredictions(grid));

        Assert.Equal(plain.Positives, assignment.Positives);
        Assert.All(assignment.Positives, anchor => Assert.Equal(2, assignment.Labels[anchor]));
        Assert.True(assignment.Labels.Count(label => label == SigmoidLoss.Ignore) > plain.Labels.Count(label => label == SigmoidLoss.Ignore) + 100);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Assign_ManyThreads_AllGetTheSame(AssignerKind kind)
    {
        var scenes = Enumerable.Range(0, 8).Select(AssignmentScene.Draw).ToArray();
        var assigner = Assigner.Create(new() { Kind = kind });
        var expected = scenes.Select(Assign).ToArray();

        Parallel.For(0, 80, i =>
        {
            var assignment = Assign(scenes[i % scenes.Length]);
            Assert.Equal(expected[i % scenes.Length].Labels, assignment.Labels);
            Assert.Equal(expected[i % scenes.Length].PositiveBoxes, assignment.PositiveBoxes);
            Assert.Equal(expected[i % scenes.Length].Qualities, assignment.Qualities);
        });

        AnchorAssignment Assign(AssignmentScene scene) => assigner.Assign(scene.Grid, scene.Boxes, scene.Classes, default, scene.Predictions);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Assign_ManyBoxes_AllocatesNoMatrix(AssignerKind kind)
    {
        var grid = Generator.Generate(640, 640);
        var random = new Random(3);
        Box[] boxes = [.. Enumerable.Range(0, 500).Select(_ => Small())];
        var predictions = AnchorsAsPredictions(grid);
        var assigner = Assigner.Create(new() { Kind = kind });
        assigner.Assign(grid, boxes, new int[500], default, predictions);

        var before = GC.GetAllocatedBytesForCurrentThread();
        assigner.Assign(grid, boxes, new int[500], default, predictions);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // 76,725 anchors: a bit for every pair of anchor and box would be 4.8 MB; the labels are .3 MB.
        Assert.InRange(allocated, 300_000, 2_500_000);

        Box Small()
        {
            var (x, y) = (random.NextSingle() * 600, random.NextSingle() * 600);
            return new(x, y, x + 10 + random.NextSingle() * 40, y + 10 + random.NextSingle() * 40);
        }
    }

    [Theory]
    [InlineData(AssignerKind.TaskAligned)]
    [InlineData(AssignerKind.SimOta)]
    public void Assign_SmallBox_ReadsTheAnchorsNearIt(AssignerKind kind)
    {
        var grid = Generator.Generate(640, 640);
        var predictions = AnchorsAsPredictions(grid);

        Assigner.Create(new() { Kind = kind }).Assign(grid, [new(300, 300, 340, 330)], [0], default, predictions);

        // Of 76,725.
        Assert.InRange(predictions.Reads, 100, 3000);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Assign_BadArguments_Throws(AssignerKind kind)
    {
        var grid = Generator.Generate(64, 64);
        var assigner = Assigner.Create(new() { Kind = kind });
        var predictions = AnchorsAsPredictions(grid);
        Assert.Throws<ArgumentException>("classes", () => assigner.Assign(grid, [default], [], default, predictions));
        Assert.Throws<ArgumentOutOfRangeException>("classes", () => assigner.Assign(grid, [default], [-1], default, predictions));
        Assert.Throws<ArgumentException>("boxes", () => assigner.Assign(grid, [new(0, 0, float.NaN, 1)], [0], default, predictions));
        Assert.Throws<ArgumentException>("boxes", () => assigner.Assign(grid, [new(4, 0, 2, 1)], [0], default, predictions));
        Assert.Throws<ArgumentException>("ignored", () => assigner.Assign(grid, [], [], [new(4, 5, 6, 1)], predictions));
        if (!assigner.UsesPredictions)
            return;
        Assert.Throws<ArgumentNullException>("predictions", () => assigner.Assign(grid, [default], [0]));
        Assert.Contains("class 3: the predictions have 3 classes", Assert.Throws<ArgumentException>("classes", () => assigner.Assign(grid, [default], [3], default, predictions)).Message);
    }

    [Theory]
    [InlineData(AssignerKind.TaskAligned)]
    [InlineData(AssignerKind.SimOta)]
    public void Assign_AllPredictionsAreNaN_AssignsNothing(AssignerKind kind)
    {
        var grid = Generator.Generate(64, 64);
        float[] logits = [.. Enumerable.Repeat(float.NaN, grid.Count)];

        var assignment = Assigner.Create(new() { Kind = kind }).Assign(grid, [new(10, 10, 50, 50)], [0], default, new ArrayPredictions(logits, grid.Boxes.ToArray()));

        Assert.Empty(assignment.Positives);
    }

    [Theory]
    [InlineData(AssignerKind.TaskAligned)]
    [InlineData(AssignerKind.SimOta)]
    public void Assign_ScoreIsNaN_Loses(AssignerKind kind)
    {
        var grid = Generator.Generate(64, 64);
        var box = grid.Boxes[100];
        var logits = new float[grid.Count];
        var predictions = new ArrayPredictions(logits, [.. Enumerable.Repeat(box, grid.Count)]);
        var assigner = Assigner.Create(new() { Kind = kind });
        var first = assigner.Assign(grid, [box], [0], default, predictions).Positives[0];
        logits[first] = float.NaN;

        var positives = assigner.Assign(grid, [box], [0], default, predictions).Positives;

        Assert.NotEmpty(positives);
        Assert.DoesNotContain(first, positives);
    }

    [Fact]
    public void CreateWithoutPredictions_KindThatUsesThem_IsAtss()
    {
        foreach (var kind in Enum.GetValues<AssignerKind>())
        {
            var assigner = Assigner.Create(new() { Kind = kind });
            Assert.Equal(kind is AssignerKind.TaskAligned or AssignerKind.SimOta, assigner.UsesPredictions);
            Assert.Equal(assigner.UsesPredictions ? typeof(AtssAssigner) : assigner.GetType(), Assigner.CreateWithoutPredictions(new() { Kind = kind }).GetType());
        }
    }

    [Fact]
    public void Create_UnknownKind_Throws() => Assert.Contains("Iou, Atss", Assert.Throws<ArgumentException>(() => Assigner.Create(new() { Kind = (AssignerKind)99 })).Message);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Create_SettingsOutOfRange_Throws(AssignerKind kind)
    {
        foreach (var settings in new AssignerSettings[]
                 {
                     new() { AtssCells = 0 }, new() { CenterRadius = 0 }, new() { CenterRadius = double.NaN }, new() { TaskAlignedAnchors = 0 },
                     new() { AlignmentScorePower = -1 }, new() { AlignmentIouPower = double.PositiveInfinity }, new() { SimOtaRadius = -2 },
                     new() { SimOtaCandidates = 0 }, new() { SimOtaBoxWeight = -1 }, new() { IgnoreCoverage = 0 },
                 })
            Assert.Throws<ArgumentException>(() => Assigner.Create(settings with { Kind = kind }));
    }

    private static void CheckScenes(int seed, Func<AssignmentScene, Random, (AssignerSettings Settings, int[] Matches, float[]? Qualities)> assignNaively)
    {
        for (var i = 0; i < 8; i++)
        {
            var scene = AssignmentScene.Draw(8 * seed + i);
            var (settings, matches, qualities) = assignNaively(scene, new(8 * seed + i));

            var assignment = Assigner.Create(settings).Assign(scene.Grid, scene.Boxes, scene.Classes, default, scene.Predictions);

            Assert.Equal(Enumerable.Range(0, scene.Grid.Count).Where(anchor => matches[anchor] >= 0), assignment.Positives);
            Assert.Equal(matches.Where(match => match >= 0), assignment.PositiveBoxes);
            Assert.Equal(matches.Select(match => match < 0 ? SigmoidLoss.Background : scene.Classes[match]), assignment.Labels);
            Assert.Equal(qualities, assignment.Qualities);
        }
    }

    // Each anchor predicts itself, with equal logits of 3 classes.
    private static ArrayPredictions AnchorsAsPredictions(AnchorGrid grid) => new(new float[3 * grid.Count], grid.Boxes.ToArray());
}
