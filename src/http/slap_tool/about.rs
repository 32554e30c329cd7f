//! What calls of the classic API are about: a caller who proves who he is may only speak about what belongs to him.

use crate::domain::access::Subject;
use crate::wire::form::{
    ClockArguments, ComputerArguments, ComputerBang, FaultArguments, Follow, Format, Import, Installation,
    InstanceBang, JournalArguments, PartitionArguments, PersonArguments, PersonRequestComputer, Product, Publish,
    Register, Rename, ReportInstance, ReportRelease, RequestArguments, RequestComputer, SeedArguments,
    SnapshotArguments, SnapshotName, Supply, Titles, TokenArguments, Use,
};

/// Arguments that say what a call is about.
pub trait About {
    /// What the call is about.
    fn about(&self) -> Subject;

    /// The partition in whose name it is, if it says so in its fields.
    fn requester(&self) -> Option<&(String, String)> {
        None
    }
}

macro_rules! about {
    ($($name:ty: $arguments:pat => $subject:expr;)*) => {
        $(impl About for $name {
            fn about(&self) -> Subject {
                let $arguments = self;
                $subject
            }
        })*
    };
}

fn partition(arguments: &PartitionArguments) -> Subject {
    Subject::Partition(arguments.computer.clone(), arguments.partition.clone())
}

about! {
    ComputerArguments: Self { computer } => Subject::Computer(computer.clone());
    ComputerBang: Self { computer, .. } => Subject::Computer(computer.clone());
    Use: Self { computer, .. } => Subject::Computer(computer.clone());
    Installation: Self { computer, .. } => Subject::Computer(computer.clone());
    ReportRelease: Self { computer, .. } => Subject::Computer(computer.clone());
    Supply: Self { computer, .. } => Subject::Computer(computer.clone());
    PartitionArguments: about => partition(about);
    Register: Self { computer, partition } => Subject::Partition(computer.clone(), partition.clone());
    ReportInstance: Self { about, .. } => partition(about);
    InstanceBang: Self { about, .. } => partition(about);
    Rename: Self { about, .. } => partition(about);
    Publish: Self { about, .. } => partition(about);
    Titles: Self { about, .. } => partition(about);
    Product: _ => Subject::Nothing;
    RequestComputer: _ => Subject::Nothing;
    PersonRequestComputer: _ => Subject::Nothing;
    PersonArguments: _ => Subject::Nothing;
    TokenArguments: _ => Subject::Nothing;
    Follow: _ => Subject::Nothing;
    SeedArguments: _ => Subject::Nothing;
    SnapshotArguments: _ => Subject::Nothing;
    SnapshotName: _ => Subject::Nothing;
    JournalArguments: _ => Subject::Nothing;
    FaultArguments: _ => Subject::Nothing;
    ClockArguments: _ => Subject::Nothing;
    // Which computers they describe is known once they are read.
    Format: _ => Subject::Nothing;
    Import: _ => Subject::Nothing;
}

impl About for RequestArguments {
    fn about(&self) -> Subject {
        Subject::Nothing
    }

    fn requester(&self) -> Option<&(String, String)> {
        self.requester.as_ref()
    }
}
