//! Creating, describing and deleting tables.

use dynorm::FailureKind;
use dynorm::backend::table::{CreateTable, TableStatus};

use crate::scenario::{Blob, Shop};

crate::cases! {
    /// A created table is as its schema says.
    async fn a_table_is_as_declared(t: &Test) {
        let db = t.table::<Shop>().await;
        let name = db.table_name::<Shop>();
        let described = db.backend().describe_table(&name).await.unwrap();
        let CreateTable { key, mut indexes, throughput, .. } = dynorm::schema::create_table::<Shop>(&name);
        indexes.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!((described.table.as_str(), described.status), (name.as_str(), TableStatus::Active));
        assert_eq!((described.key, described.indexes, described.throughput), (key, indexes, throughput));
    }

    /// Keys may be of any key type.
    async fn keys_may_be_bytes(t: &Test) {
        let db = t.table::<Blob>().await;
        let blob = Blob { digest: vec![0, 255], part: vec![1] };
        db.put(&blob).await.unwrap();
        assert_eq!(db.get(Blob::key(&[0, 255], &[1])).await.unwrap(), Some(blob));
    }

    /// A second table of one name is refused; a deleted one is gone.
    async fn a_name_is_good_for_one_table(t: &Test) {
        let db = t.table::<Shop>().await;
        let error = db.create_table::<Shop>().await.unwrap_err();
        assert_eq!(error.failure().unwrap().kind, FailureKind::InUse, "{error}");
        db.delete_table::<Shop>().await.unwrap();
        assert!(db.delete_table::<Shop>().await.unwrap_err().is_table_not_found());
    }
}
