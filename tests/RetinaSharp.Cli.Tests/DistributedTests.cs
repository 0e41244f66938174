using System.Diagnostics;
using System.Text.Json;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Cli.Tests;

public sealed class DistributedTests(TrainedModel trained) : IClassFixture<TrainedModel>, IDisposable
{
    private static readonly string Program = typeof(RetinaCommand).Assembly.Location;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [MpiTheory]
    [InlineData("openmpi", "--precision", "fp32", "--norm", "batch")]
    [InlineData("mpich", "--precision", "fp32", "--norm", "frozen", "--sampling", "ohem")]
    [InlineData("openmpi", "--precision", "bf16", "--norm", "group", "--clip", ".1", "--mosaic", ".5", "--multi-scale")]
    [InlineData("openmpi", "--precision", "bf16", "--norm", "batch", "--assigner", "simota", "--loss", "equalized-focal")]
    public void Train_TwoProcesses_EqualOneProcessWithTwoShardsBitForBit(string mpi, params string[] options)
    {
        CommandResult.Retina(Train("one", [.. options, "--shards", "2"])).IsDone();

        var (code, printed) = Mpi.Run(mpi, 2, Program, Train("two", options));

        Assert.True(code == 0, printed);
        // Rank 0 speaks for all.
        Assert.Single(printed.Split('\n'), line => line.Contains("epoch 2/2 done"));
        Assert.Contains("2 processes, each with 1 of the 2 shards", printed);
        AssertEqualRuns("one", "two");
    }

    [MpiTheory]
    [InlineData("mpich")]
    public void Train_GradientsInBFloat16_DifferByRounding(string mpi)
    {
        string[] options = ["--epochs", "1", "--precision", "fp32", "--norm", "group", "--optimizer", "sgd", "--ema", "0", "--batch", "12"];
        CommandResult.Retina(Train("one", [.. options, "--shards", "2"])).IsDone();

        var (code, printed) = Mpi.Run(mpi, 2, Program, Train("two", [.. options, "--gradient-precision", "bf16"]));

        Assert.True(code == 0, printed);
        var (one, two) = (Weights("one"), Weights("two"));
        Assert.NotEqual(one, two);
        // One step: bf16 has 8 bits.
        Assert.All(one.Zip(two), pair => Assert.Equal(pair.First, pair.Second, .02 * (Math.Abs(pair.First) + .01)));
    }

    [MpiTheory]
    [InlineData("openmpi")]
    public void Train_StoppedBySignalAndResumedWithAnotherNumberOfProcesses_EqualsTheUninterruptedRun(string mpi)
    {
        string[] options = ["--epochs", "6", "--precision", "fp32", "--norm", "batch", "--shards", "2", "--checkpoint-every", "0", "--resume"];
        CommandResult.Retina(Train("whole", options)).IsDone();

        using (var launcher = Mpi.Start(mpi, 2, Program, Train("run", options)))
        {
            while (!File.Exists(_folder.At("run", "last.state.previous")) && !launcher.WaitForExit(5))
            {
            }

            using var kill = Process.Start("kill", ["-USR1", $"{launcher.Id}"]);
            var (code, printed) = Mpi.Finish(launcher, "train");
            Assert.True(code == ExitCode.Cancelled, printed);
            Assert.Contains("Run the same command with --resume", printed);
        }

        using (var process = CommandResult.Start(Train("run", options)))
        {
            var before = File.GetLastWriteTimeUtc(_folder.At("run", "last.state"));
            while (File.GetLastWriteTimeUtc(_folder.At("run", "last.state")) == before && !process.WaitForExit(5))
            {
            }

            process.Kill();
            process.WaitForExit();
        }

        Assert.Contains("goes on after step", Mpi.Run(mpi, 2, Program, Train("run", options)).Printed);
        AssertEqualRuns("whole", "run");
    }

    [MpiTheory]
    [InlineData("openmpi")]
    [InlineData("mpich")]
    public void Eval_ThreeProcesses_WriteTheDetectionsOfOne(string mpi)
    {
        CommandResult.Retina("eval", trained.Run, trained.Data, "--batch", "1", "--out", _folder.At("one")).IsDone();

        var (code, printed) = Mpi.Run(mpi, 3, Program, "eval", trained.Run, trained.Data, "--batch", "1", "--out", _folder.At("three"));

        Assert.True(code == 0, printed);
        Assert.Single(printed.Split('\n'), line => line.StartsWith("AP50 ", StringComparison.Ordinal));
        Assert.Equal(File.ReadAllBytes(_folder.At("one", "detections.json")), File.ReadAllBytes(_folder.At("three", "detections.json")));
    }

    [MpiTheory]
    [InlineData("openmpi")]
    public void Ablate_TwoProcesses_ShareTheRowsAndWriteTheTableOfOne(string mpi)
    {
        string[] Ablate(string folder) =>
            ["ablate", "gamma", "--data", trained.Data, "--val", trained.Data, "--out", _folder.At(folder), "--rows", "4-6", "--preset", "tiny", "--size", "64x64", "--epochs", "1", "--batch", "4", "--json"];
        var one = CommandResult.Retina(Ablate("one")).IsDone().Json;

        var (code, printed) = Mpi.Run(mpi, 2, Program, Ablate("two"));

        Assert.True(code == 0, printed);
        // Each process counts its own runs.
        Assert.Contains("2/2  γ", printed);
        using var two = JsonDocument.Parse(File.ReadAllText(_folder.At("two", "gamma.json")));
        Assert.Equal(3, Metrics(one).Count);
        Assert.Equal(Metrics(one), Metrics(two.RootElement));

        static List<string> Metrics(JsonElement table) => [.. table.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("mean").GetRawText())];
    }

    [MpiTheory]
    [InlineData("openmpi")]
    public void Tune_TwoProcesses_FindTheSettingsOfOne(string mpi)
    {
        string[] Tune(string folder) =>
            ["tune", "--train", trained.Data, "--val", trained.Data, "--out", _folder.At(folder), "--budget", "1000", "--trials", "3", "--preset", "tiny", "--size", "64x64", "--epochs", "2", "--batch", "4"];
        CommandResult.Retina(Tune("one")).IsDone();

        var (code, printed) = Mpi.Run(mpi, 2, Program, Tune("two"));

        Assert.True(code == 0, printed);
        Assert.Single(printed.Split('\n'), line => line.StartsWith("Next: retina train", StringComparison.Ordinal));
        Assert.Equal(File.ReadAllText(_folder.At("one", "best.json")), File.ReadAllText(_folder.At("two", "best.json")));
    }

    [MpiTheory]
    [InlineData("openmpi")]
    public void Train_OtherDataInOneProcess_NamesIt(string mpi)
    {
        var other = ColoredRectangles.Write(_folder.At("other"), images: 13);

        var (code, printed) = Mpi.RunTwo(mpi, Program, Train("run"), [.. Train("run").Select(argument => argument == trained.Data ? other : argument)]);

        Assert.True(code == ExitCode.Failed, printed);
        Assert.Matches("error: rank 0 on .*: rank 1 on .* has other training data", printed);
        Assert.False(File.Exists(_folder.At("run", "last.state")));
    }

    [MpiTheory]
    [InlineData("openmpi")]
    public void Train_DataIsMissingInOneProcess_AllEndWithItsError(string mpi)
    {
        var (code, printed) = Mpi.RunTwo(mpi, Program, Train("run"), [.. Train("run").Select(argument => argument == trained.Data ? _folder.At("missing") : argument)]);

        Assert.True(code == ExitCode.BadData, printed);
        Assert.Matches("error: rank 1 on .*missing: the file or folder does not exist", printed);
    }

    [MpiTheory]
    [InlineData("openmpi", "rank 0 on .*missing: the file or folder does not exist", ExitCode.BadData, "train", "--train", "missing", "--out", "run")]
    [InlineData("openmpi", "retina info works in one process", ExitCode.WrongUsage, "info")]
    [InlineData("openmpi", "Unrecognized option '--speed'", ExitCode.WrongUsage, "info", "--speed")]
    public void Run_ErrorInAllProcesses_IsToldOnce(string mpi, string error, int code, params string[] arguments)
    {
        var ran = Mpi.Run(mpi, 2, Program, arguments);

        Assert.True(ran.Code == code, ran.Printed);
        Assert.Matches(error, Assert.Single(ran.Printed.Split('\n'), line => line.Contains("error: ")));
    }

    [MpiTheory]
    [InlineData("3", "2", "2 shards, which 3 processes cannot share equally")]
    [InlineData("3", null, "A batch of 4 images cannot be shared equally by 3 processes")]
    public void Train_ShardsThatCannotBeShared_IsWrongUsage(string processes, string? shards, string error)
    {
        var (code, printed) = Mpi.Run("openmpi", int.Parse(processes), Program, Train("run", shards is null ? [] : ["--shards", shards]));

        Assert.True(code == ExitCode.WrongUsage, printed);
        Assert.Contains(error, printed);
    }

    [MpiTheory]
    [InlineData("openmpi")]
    public void Train_AProcessHangs_AllEndAfterThePatience(string mpi)
    {
        using var launcher = Mpi.Start(mpi, 2, Program, Train("run", ["--epochs", "1000", "--checkpoint-every", "0", "--patience", "3"]));
        while (!File.Exists(_folder.At("run", "last.state.previous")) && !launcher.WaitForExit(5))
        {
        }

        using (var stop = Process.Start("pkill", ["-STOP", "--newest", "--parent", $"{launcher.Id}"]))
            stop.WaitForExit();
        var (code, printed) = Mpi.Finish(launcher, "train");

        Assert.True(code == ExitCode.Lost, printed);
        Assert.Matches("rank . on .*: the other processes did not come to '.*' for 3 s", printed);
    }

    private string[] Train(string run, params string[] options) =>
    [
        "train", "--train", trained.Data, "--val", trained.Data, "--out", _folder.At(run), "--preset", "tiny", "--size", "64x64", .. options.Contains("--batch") ? [] : (string[])["--batch", "4"],
        .. options.Contains("--epochs") ? [] : (string[])["--epochs", "2"], .. options,
    ];

    private float[] Weights(string run)
    {
        using var file = SafetensorsFile.Open(_folder.At(run, "last.safetensors"));
        return [.. file.Entries.Keys.Order().SelectMany(file.ReadFp32)];
    }

    private void AssertEqualRuns(string one, string other)
    {
        foreach (var name in new[] { "last.safetensors", "best.safetensors", "config.json" })
            Assert.Equal(File.ReadAllBytes(_folder.At(one, name)), File.ReadAllBytes(_folder.At(other, name)));
    }
}
