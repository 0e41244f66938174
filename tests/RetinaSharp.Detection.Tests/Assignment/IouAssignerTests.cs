using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Tests.Assignment;

public class IouAssignerTests
{
    private static readonly AnchorGenerator Exact = new(new());
    private static readonly AnchorGenerator Torchvision = new(new() { Compatibility = AnchorCompatibility.Torchvision });

    [SharedDataTheory]
    [InlineData("fg.5_bg.4_low", .5, .4, 0d)]
    [InlineData("fg.5_bg.4_nolow", .5, .4, null)]
    [InlineData("fg.7_bg.3_low", .7, .3, 0d)]
    public void Matcher_Golden_IsTorchvision(string name, double foreground, double background, double? floor)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(SharedData.At("golden", "torchvision-0.14.1.json")));
        var golden = file.RootElement.GetProperty("matcher");
        var expected = golden.GetProperty(name).EnumerateArray().Select(number => number.GetInt32()).ToArray();
        var matrix = golden.GetProperty("iou").EnumerateArray().ToArray();
        var settings = new AssignerSettings { ForegroundIou = foreground, BackgroundIou = background, LowQualityFloor = floor };
        using var matcher = new Matcher(expected.Length, matrix.Length, settings);
        // As blocks of anchors, each for all boxes: the order of blocks must not matter.
        foreach (var (from, to) in new[] { (expected.Length / 3, expected.Length), (0, expected.Length / 3) })
            for (var box = 0; box < matrix.Length; box++)
                matcher.Offer(box, from, [.. matrix[box].EnumerateArray().Skip(from).Take(to - from).Select(number => number.GetSingle())]);
        // Each box as a class of its own, so that labels are matches.
        Assert.Equal(expected, matcher.Finish([.. Enumerable.Range(0, matrix.Length)]).Labels);
    }

    public static TheoryData<int, double?> Cases
    {
        get
        {
            var data = new TheoryData<int, double?>();
            for (var seed = 0; seed < 40; seed++)
                foreach (var floor in new double?[] { .2, 0, null, .45, .7 })
                    data.Add(seed, floor);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Assign_RandomBoxes_IsTheNaiveMatrix(int seed, double? floor)
    {
        var random = new Random(seed);
        var generator = seed % 2 == 0 ? Exact : Torchvision;
        // Rounding to whole pixels, and to the anchors themselves, makes ties.
        var grid = generator.Generate(33 + random.Next(80), 33 + random.Next(120));
        for (var repeat = 0; repeat < 3; repeat++)
        {
            var boxes = new Box[random.Next(1, 9)];
            for (var i = 0; i < boxes.Length; i++)
                boxes[i] = RandomBox(random, grid);
            var classes = boxes.Select(_ => random.Next(5)).ToArray();
            Check(grid, boxes, classes, new() { LowQualityFloor = floor });
        }
    }

    [Theory]
    [InlineData(.2)]
    [InlineData(0d)]
    [InlineData(null)]
    public void Assign_AnchorsAnywhere_IsTheNaiveMatrix(double? floor)
    {
        var random = new Random(7);
        var settings = new AssignerSettings { LowQualityFloor = floor, BackgroundIou = .35, ForegroundIou = .6 };
        foreach (var count in new[] { 1, 31, 1024, 2500 })
        {
            // Whole pixels, a few of them, make ties.
            Box[] anchors = [.. Enumerable.Range(0, count).Select(_ => WholeBox())];
            Box[] boxes = [.. Enumerable.Range(0, 12).Select(_ => WholeBox())];
            int[] classes = [.. boxes.Select(_ => random.Next(5))];
            var (labels, matches) = NaiveAssigner.Assign(anchors, boxes, classes, settings);
            var assignment = new IouAssigner(settings).Assign(anchors, boxes, classes);
            Assert.Equal(labels, assignment.Labels);
            Assert.Equal(Enumerable.Range(0, count).Where(i => labels[i] >= 0), assignment.Positives);
            Assert.Equal(assignment.Positives.Select(i => matches[i]), assignment.PositiveBoxes);
        }

        Box WholeBox()
        {
            var (x, y) = (random.Next(12), random.Next(12));
            return new(x, y, x + 1 + random.Next(12), y + 1 + random.Next(12));
        }
    }

    [Fact]
    public void Assign_AnchorsOfAGridGivenSingly_IsTheGridsAssignment()
    {
        var grid = Exact.Generate(160, 224);
        var random = new Random(5);
        Box[] boxes = [.. Enumerable.Range(0, 12).Select(_ => RandomBox(random, grid))];
        Box[] ignored = [new(20, 30, 90, 100)];
        var expected = new IouAssigner(new()).Assign(grid, boxes, new int[12], ignored);
        var assignment = new IouAssigner(new()).Assign(grid.Boxes, boxes, new int[12], ignored);
        Assert.Equal(expected.Labels, assignment.Labels);
        Assert.Equal(expected.Positives, assignment.Positives);
        Assert.Equal(expected.PositiveBoxes, assignment.PositiveBoxes);
        Assert.Contains(SigmoidLoss.Ignore, assignment.Labels);
    }

    private static Box RandomBox(Random random, AnchorGrid grid)
    {
        var (x, y) = (random.NextSingle() * grid.Width, random.NextSingle() * grid.Height);
        var (width, height) = (random.NextSingle() * grid.Width, random.NextSingle() * grid.Height);
        return random.Next(8) switch
        {
            0 => grid.Boxes[random.Next(grid.Count)],
            1 => new(x, y, x, y + height),
            2 => new(x, y, x + .01f, y + .01f),
            3 => new(5000, 5000, 5100, 5100),
            4 => new(-1e6f, -1e6f, 1e6f, 1e6f),
            5 => new(MathF.Round(x), MathF.Round(y), MathF.Round(x + width / 4), MathF.Round(y + height / 4)),
            6 => new(x, y, x + 3, y + 40),
            _ => new(x - width / 2, y - height / 2, x + width / 2, y + height / 2),
        };
    }

    private static void Check(AnchorGrid grid, Box[] boxes, int[] classes, AssignerSettings settings)
    {
        var (labels, matches) = NaiveAssigner.Assign(grid.Boxes, boxes, classes, settings);
        var assignment = new IouAssigner(settings).Assign(grid, boxes, classes);
        Assert.Equal(labels, assignment.Labels);
        var positives = Enumerable.Range(0, labels.Length).Where(i => labels[i] >= 0).ToArray();
        Assert.Equal(positives, assignment.Positives);
        Assert.Equal(positives.Select(i => matches[i]), assignment.PositiveBoxes);
    }

    [Fact]
    public void Assign_SameBoxTwice_FirstWins()
    {
        var grid = Exact.Generate(128, 128);
        var box = grid.Boxes[1000];
        var assignment = new IouAssigner(new()).Assign(grid, [box, box], [3, 4]);
        Assert.NotEmpty(assignment.Positives);
        Assert.All(assignment.PositiveBoxes, index => Assert.Equal(0, index));
        Assert.Equal(3, assignment.Labels[1000]);
        Check(grid, [box, box], [3, 4], new());
    }

    [Fact]
    public void Assign_BoxThatTouchesNoAnchor_OnlyFloorZeroMakesAllPositive()
    {
        var grid = Exact.Generate(64, 64);
        Box[] boxes = [new(9000, 9000, 9010, 9010)];
        Assert.Empty(new IouAssigner(new()).Assign(grid, boxes, [0]).Positives);
        Assert.Equal(grid.Count, new IouAssigner(new() { LowQualityFloor = 0 }).Assign(grid, boxes, [0]).Positives.Length);
    }

    [Fact]
    public void Assign_NoBoxes_AllIsBackground()
    {
        var assignment = new IouAssigner(new()).Assign(Exact.Generate(64, 96), [], []);
        Assert.All(assignment.Labels, label => Assert.Equal(-1, label));
        Assert.Equal(1161, assignment.Labels.Length);
        Assert.Empty(assignment.Positives);
        Assert.Empty(assignment.PositiveBoxes);
    }

    [Fact]
    public void Assign_IouThatIsTheFloorInFp32_IsALowQualityMatch()
    {
        // .7f is below .7.
        var assigner = new IouAssigner(new() { ForegroundIou = .9, LowQualityFloor = .7 });

        Assert.Equal([3], assigner.Assign([new Box(0, 0, 7, 10)], [new(0, 0, 10, 10)], [3]).Labels);
    }

    [Theory]
    [InlineData(0d)]
    [InlineData(.2)]
    public void Assign_BlocksOfEverBetterAnchors_KeepsTheBestOnes(double floor)
    {
        // In each block of 1024 anchors, all are equal, and better for all boxes than those before.
        Box[] anchors = [.. Enumerable.Range(0, 20 * 1024).Select(i => new Box(0, 0, 20 + i / 1024, 20))];
        Box[] boxes = [.. Enumerable.Repeat(new Box(0, 0, 1000, 1000), 20)];
        var assigner = new IouAssigner(new() { LowQualityFloor = floor });
        assigner.Assign(anchors, boxes, new int[20]);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var assignment = assigner.Assign(anchors, boxes, new int[20]);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(floor == 0 ? Enumerable.Range(19 * 1024, 1024) : [], assignment.Positives);
        // A list of all anchors that were the best ones of a box for a time takes 5 MB.
        Assert.InRange(allocated, 0, 3_000_000);
    }

    [Theory]
    [InlineData(20, 30, 90, 100)]
    // Half of every anchor and more is beside this one, which 45 of them cover.
    [InlineData(77, 82, 93, 98)]
    public void Assign_IgnoreRegion_TakesBackgroundAnchorsThatLieInItOrAreCenteredInItAndCoverIt(float x1, float y1, float x2, float y2)
    {
        var grid = Exact.Generate(128, 128);
        Box region = new(x1, y1, x2, y2);
        Box[] boxes = [new(30, 40, 62, 72)];
        var plain = new IouAssigner(new()).Assign(grid, boxes, [2]);
        var withRegion = new IouAssigner(new()).Assign(grid, boxes, [2], [region]);
        Assert.Equal(plain.Positives, withRegion.Positives);
        var changed = 0;
        for (var i = 0; i < grid.Count; i++)
        {
            var anchor = grid.Boxes[i];
            var intersection = Math.Max(0, Math.Min(anchor.X2, region.X2) - Math.Max(anchor.X1, region.X1))
                * (double)Math.Max(0, Math.Min(anchor.Y2, region.Y2) - Math.Max(anchor.Y1, region.Y1));
            var (inside, covered) = (intersection / anchor.Area, intersection / region.Area);
            if (Math.Abs(inside - .5) < 1e-5 || Math.Abs(covered - .5) < 1e-5)
                continue;
            var (x, y) = anchor.GetCenter();
            var isCentered = x > x1 && x < x2 && y > y1 && y < y2;
            var ignored = plain.Labels[i] == -1 && (inside > .5 || (isCentered && covered > .5));
            Assert.Equal(ignored ? -2 : plain.Labels[i], withRegion.Labels[i]);
            changed += ignored ? 1 : 0;
        }
        Assert.True(changed > 10);
    }

    [Fact]
    public void Assign_ManyThreads_AllGetTheSame()
    {
        var grid = Exact.Generate(256, 256);
        var random = new Random(4);
        Box[] boxes = [.. Enumerable.Range(0, 20).Select(_ => RandomBox(random, grid))];
        var expected = new IouAssigner(new()).Assign(grid, boxes, new int[20]);
        var assigner = new IouAssigner(new());
        Parallel.For(0, 40, _ =>
        {
            var assignment = assigner.Assign(grid, boxes, new int[20]);
            Assert.Equal(expected.Labels, assignment.Labels);
            Assert.Equal(expected.PositiveBoxes, assignment.PositiveBoxes);
        });
    }

    [Fact]
    public void Assign_BadArguments_Throws()
    {
        var grid = Exact.Generate(64, 64);
        var assigner = new IouAssigner(new());
        Assert.Throws<ArgumentException>("classes", () => assigner.Assign(grid, [default], []));
        Assert.Throws<ArgumentOutOfRangeException>("classes", () => assigner.Assign(grid, [default], [-1]));
        Assert.Throws<ArgumentException>("boxes", () => assigner.Assign(grid, [new(0, 0, float.NaN, 1)], [0]));
        Assert.Throws<ArgumentException>("boxes", () => assigner.Assign(grid, [new(0, 0, float.PositiveInfinity, 1)], [0]));
        Assert.Throws<ArgumentException>("boxes", () => assigner.Assign(grid, [new(4, 0, 2, 1)], [0]));
        Assert.Throws<ArgumentException>("anchors", () => assigner.Assign([new Box(4, 0, 2, 1)], [], []));
        Assert.Throws<ArgumentException>("ignored", () => assigner.Assign(grid, [], [], [new(4, 5, 6, 1)]));
    }

    [Fact]
    public void Constructor_SettingsOutOfRange_Throws()
    {
        foreach (var settings in new AssignerSettings[]
                 {
                     new() { ForegroundIou = .3 }, new() { ForegroundIou = 1.1 }, new() { BackgroundIou = -.1 },
                     new() { LowQualityFloor = -1 }, new() { LowQualityFloor = double.NaN }, new() { IgnoreCoverage = 0 },
                 })
            Assert.Throws<ArgumentException>(() => new IouAssigner(settings));
    }
}
