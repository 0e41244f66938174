using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;

namespace RetinaSharp.Detection.Tests.Assignment;

public class MatcherGoldenTests
{
    /// <summary>matcher.json, made by make_matcher_golden.py.</summary>
    private static readonly GoldenMatches Golden = JsonSerializer.Deserialize<GoldenMatches>(
        File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "RetinaSharp.Detection.Tests", "Golden", "matcher.json")), JsonSerializerOptions.Web)!;

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Golden.Cases.Length)];

    [Theory]
    [MemberData(nameof(Indices))]
    public void Assign_Golden_IsTorchvision(int index)
    {
        var anchors = ToBoxes(Golden.Anchors);
        var expected = Golden.Cases[index];
        var boxes = ToBoxes(expected.Boxes);
        var settings = new AssignerSettings { ForegroundIou = expected.Foreground, BackgroundIou = expected.Background, LowQualityFloor = expected.Floor };
        // Each box is a class of its own, so that labels are matches.
        int[] classes = [.. Enumerable.Range(0, boxes.Length)];

        var assignment = new IouAssigner(settings).Assign(anchors, boxes, classes);

        Assert.Equal(expected.Matches, assignment.Labels);
        Assert.Equal(Enumerable.Range(0, expected.Matches.Length).Where(i => expected.Matches[i] >= 0), assignment.Positives);
        Assert.Equal(expected.Matches.Where(match => match >= 0), assignment.PositiveBoxes);
        // The tests of random boxes compare with this one.
        Assert.Equal(expected.Matches, NaiveAssigner.Assign(anchors, boxes, classes, settings).Labels);
    }

    private static Box[] ToBoxes(float[][] corners) => [.. corners.Select(corner => new Box(corner[0], corner[1], corner[2], corner[3]))];

    private sealed record GoldenMatches(float[][] Anchors, Case[] Cases);

    private sealed record Case(float[][] Boxes, double Foreground, double Background, double? Floor, int[] Matches);
}
