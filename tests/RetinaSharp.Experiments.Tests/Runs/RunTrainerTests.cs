using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Distributed;
using RetinaSharp.Experiments.Ablation;
using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Tests.Runs;

public sealed class RunTrainerTests : IDisposable
{
    private static readonly DetectionDataset Set = new() { Source = "set", Categories = [new(1, "cat")], Images = [] };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Plan_ReplacedInitialWeights_AreAnotherRun()
    {
        var weights = _folder.Write("weights.pth", "one");
        var first = Plan(weights);

        Assert.Equal(first, Plan(weights));
        File.WriteAllText(weights, "two");
        Assert.NotEqual(first, Plan(weights));
    }

    [Fact]
    public void Plan_MissingInitialWeights_NamesThem()
    {
        var missing = _folder.At("missing.pth");

        Assert.Equal(missing, Assert.Throws<WeightsException>(() => Plan(missing)).File);
    }

    [Fact]
    public void Plan_OneOfTwoProcessesHasOtherInitialWeights_NamesIt()
    {
        // As if each process had this file on its machine.
        var error = Assert.Throws<DistributedException>(() => ThreadGroup.Run(2, group =>
        {
            var weights = _folder.Write($"{group.Rank}/weights.pth", $"{group.Rank}");
            return Plan(weights, group);
        }));

        Assert.Equal("rank 1 on machine1 has other initial weights: copy their file again", error.Message);
    }

    private string Plan(string weights, IProcessGroup? group = null) =>
        new RunTrainer(Set, Set, new AblationOptions { Folder = _folder.Root, Group = group ?? SingleProcess.Instance })
            .Plan(Presets.Tiny with { Weights = weights }, isValidated: false).Folder;
}
