using RetinaSharp.Detection.Modeling.Layers;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling.Layers;

public sealed class ModuleTreeTests : LeakCheck
{
    [Fact]
    public void Register_DottedNames_AreKeysOfTheStateDictionary()
    {
        using var scope = NewDisposeScope();
        using var root = new Root();
        var tree = new ModuleTree(root);
        string[] names = ["a.b.0.conv1", "a.b.0.conv2", "a.b.1.conv1", "a.c", "d"];
        foreach (var name in names)
            tree.Register(name, new Leaf());
        Assert.Equal(names.Select(name => $"{name}.value"), root.state_dict().Keys);
        Assert.Equal(names.Length, root.modules().OfType<Leaf>().Count());
    }

    private sealed class Root() : nn.Module("root");

    private sealed class Leaf : nn.Module
    {
        public Leaf()
            : base("leaf") => register_buffer("value", zeros(1).DetachFromDisposeScope());
    }
}
